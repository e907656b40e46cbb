"""Learn from a file: which of three irises is it, from four measurements in centimetres?

Run it as a whole, or cell by cell in an editor that knows `# %%`.
"""

# %% Read the file. The header names the columns; `species` is what we want to know.
from pathlib import Path
from tempfile import TemporaryDirectory

import checkout  # finds neurons in a checkout

from neurons import Adam, Network, Training, evaluate, read_csv

table = read_csv(checkout.EXAMPLES / "data" / "iris.csv", target="species")
print(table)

# %% Hold a fifth of the flowers back, of every species the same share: learning never sees them.
train, held_out = table.split(0.2, seed=1)
print(train)
print(held_out)

# %% Centimetres become numbers around 0, a species becomes a 1 among zeros.
encoding = train.encoding("standardize")
print(list(train.rows[0]), "becomes", encoding.samples(train)[0])


# %% Four inputs, sixteen hidden neurons, one output per species.
def classifier(encoding, seed):
    network = Network.dense(
        4,
        16,
        3,
        activation="tanh",
        output_activation="softmax",
        loss="categorical_cross_entropy",
        weights="glorot",
        seed=seed,
    )
    network.encoding = encoding
    return network


network = classifier(encoding, seed=1)
print(network)


# %% A run is an object. It counts epochs, judges itself on the held out fifth, and stops.
def run_of(network, train, held_out, seed):
    return Training(
        network,
        network.encoding.samples(train),
        validation=network.encoding.samples(held_out),
        optimizer=Adam(0.03, l2=0.001, decay="weights"),
        batch_size=16,
        average=True,
        shuffle=True,
        seed=seed,
        patience=30,
        fast=True,
    )


training = run_of(network, train, held_out, seed=1)
for history in training:
    if len(history) % 20 == 0:
        loss, wrong = history.loss[-1], 1 - history.validation_accuracy[-1]
        print(f"epoch {len(history):3}  loss {loss:.4f}  wrong on the held out {wrong:.1%}")
    if len(history) == 200:
        break
training.restore_best()
print(training)

# %% What the update rule remembers of one synapse: the gradient and its square, averaged.
synapse = network["h0->o0"]
print(synapse, training.optimizer.state[synapse])

# %% Ask it about one flower, in centimetres.
flower = [6.1, 2.9, 4.7, 1.4]
print(flower, "is", encoding.predict(network, flower))

# %% Keep it: a JSON file with one neuron or synapse a line, read back bit for bit.
with TemporaryDirectory() as folder:
    network.save(Path(folder) / "iris.json")
    twin = Network.load(Path(folder) / "iris.json")
print(twin.encoding.predict(twin, flower))

# %% Was that luck? Hold other fifths back, and begin with other weights.
right = []
for seed in range(2, 12):
    others, fifth = table.split(0.2, seed=seed)
    other = classifier(others.encoding("standardize"), seed)
    run = run_of(other, others, fifth, seed)
    run.run(200, report=None)
    run.restore_best()
    right.append(round(30 * evaluate(other, other.encoding.samples(fifth)).accuracy))
print("right of 30, with ten other seeds:", right)

# %% What this file promises.
result = evaluate(twin, encoding.samples(held_out))
assert result.accuracy is not None
assert result.accuracy >= 0.95
assert sum(1 for count in right if count / 30 >= 0.95) >= 9  # one fifth holds the hardest flowers
assert encoding.predict(network, flower) == "versicolor"
assert [s.weight for s in twin.synapses] == [s.weight for s in network.synapses]
print(f"{result.accuracy:.1%} of {len(held_out)} flowers it has never learned from are named right")
