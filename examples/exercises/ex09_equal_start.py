"""Exercise 9: every gradient is right, and it still learns nothing. Repair `first_weight`."""

from workshop import start

from neurons import Network


def first_weight(rng, fan_in, fan_out):
    """Return the first weight of a synapse; `rng` is a random.Random."""
    return 0.5


def build():
    """Return a 2-4-1 network whose weights come from `first_weight`."""
    return Network.dense(2, 4, 1, seed=1, weights=first_weight)


if __name__ == "__main__":
    start(
        build,
        repair="first_weight",
        why="four hidden neurons with equal weights get equal deltas, so they get equal changes, "
        "so they stay equal for ever: four neurons that do the work of one. Draw every weight: "
        "rng.uniform(-1, 1).",
        unnoticed="no gradient check can find it, since no gradient is wrong. `diagnose` can. Most "
        "questions about an XOR that stays at 0.5 end here.",
    )
