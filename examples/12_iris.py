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

# %% Four inputs, eight hidden neurons, one output per species.
network = Network.dense(
    4,
    8,
    3,
    activation="tanh",
    output_activation="softmax",
    loss="categorical_cross_entropy",
    weights="glorot",
    seed=1,
)
network.encoding = encoding
print(network)

# %% A run is an object. It counts epochs, judges itself on the held out fifth, and stops.
training = Training(
    network,
    encoding.samples(train),
    validation=encoding.samples(held_out),
    optimizer=Adam(0.01),
    batch_size=16,
    average=True,
    shuffle=True,
    seed=1,
    patience=30,
)
for history in training:
    if len(history) % 20 == 0:
        loss, wrong = history.loss[-1], 1 - history.validation_accuracy[-1]
        print(f"epoch {len(history):3}  loss {loss:.4f}  wrong on the held out {wrong:.1%}")
    if len(history) == 300:
        break
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

# %% What this file promises.
result = evaluate(twin, encoding.samples(held_out))
assert result.accuracy is not None
assert result.accuracy >= 0.95
assert encoding.predict(network, flower) == "versicolor"
assert [s.weight for s in twin.synapses] == [s.weight for s in network.synapses]
print(f"{result.accuracy:.1%} of {len(held_out)} flowers it has never learned from are named right")
