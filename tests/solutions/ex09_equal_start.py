def first_weight(rng, fan_in, fan_out):
    """Return the first weight of a synapse; `rng` is a random.Random."""
    return rng.uniform(-1, 1)
