"""What must hold whatever happens: killed while saving, interrupted while learning, no room."""

import os
import random
import resource
import signal
import stat
import subprocess
import sys

import pytest

from neurons import XOR, FormatError, Network, Training
from neurons.store import atomic

SAVING = """
import sys
from neurons import Network
networks = [Network.dense(20, 20, 20, seed=seed) for seed in (1, 2)]
print("ready", flush=True)
while True:
    for network in networks:
        network.save(sys.argv[1])
"""

LEARNING = """
import sys
from neurons import XOR, Network, Training
network = Network.dense(2, 4, 1, seed=1)
training = Training(
    network, XOR, optimizer="adam", batch_size=2, shuffle=True, seed=3, fast=sys.argv[2] == "fast"
)
try:
    print("ready", flush=True)
    training.run(10**9, None)
except KeyboardInterrupt:
    training.save(sys.argv[1])
    print(network.busy, training.optimizer.updates, len(training.history), training.position)
"""


def started(code, *arguments):
    child = subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)], stdout=subprocess.PIPE, text=True
    )
    assert child.stdout.readline() == "ready\n"
    return child


def waited(rng, most):
    """Spend a random number of turns, so that the child is caught anywhere."""
    for _ in range(rng.randrange(most)):
        os.getpid()


@pytest.mark.parametrize("seed", range(8))
def test_a_save_that_is_killed_leaves_a_whole_file(tmp_path, seed):
    path = tmp_path / "net.json"
    Network.dense(20, 20, 20, seed=1).save(path)
    whole = {}
    for number in (1, 2):
        Network.dense(20, 20, 20, seed=number).save(tmp_path / "other.json")
        whole[(tmp_path / "other.json").read_bytes()] = number
    child = started(SAVING, path)
    waited(random.Random(seed), 500_000)
    child.kill()
    child.communicate()
    assert path.read_bytes() in whole
    assert len(Network.load(path).synapses) == 840


@pytest.mark.parametrize("way", ["objects", "fast"])
@pytest.mark.parametrize("seed", range(6))
def test_ctrl_c_at_any_moment_leaves_a_whole_update_that_is_carried_on_exactly(tmp_path, seed, way):
    path = tmp_path / "run.json"
    child = started(LEARNING, path, way)
    waited(random.Random(seed), 600_000)
    child.send_signal(signal.SIGINT)
    said, _ = child.communicate(timeout=60)
    busy, updates, epochs, position = said.split()
    assert busy == "None"
    assert int(updates) == int(epochs) * 2 + int(position) // 2
    again = Training.load(path, XOR, fast=way == "fast")
    assert weights_of(again) == replayed(int(updates))
    assert again.fast == (way == "fast")
    again.run(3, None)
    assert weights_of(again) == replayed(int(epochs) * 2 + 6)


def weights_of(training):
    return [repr(synapse.weight) for synapse in training.network.synapses]


def replayed(updates):
    """Return the weights after so many updates of the same run, never interrupted."""
    network = Network.dense(2, 4, 1, seed=1)
    training = Training(network, XOR, optimizer="adam", batch_size=2, shuffle=True, seed=3)
    training.run(updates // 2, None)
    if updates % 2:
        training._shuffle_order()
        training._batch()
    return weights_of(training)


def test_no_room_for_the_new_file_leaves_the_old_one(tmp_path):
    path = tmp_path / "net.json"
    Network.dense(2, 2, 1, seed=1).save(path)
    old = path.read_bytes()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, hard))
    try:
        with pytest.raises(OSError, match=r"net\.json"):
            Network.dense(20, 20, seed=1).save(path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, handler)
    assert path.read_bytes() == old
    assert os.listdir(tmp_path) == ["net.json"]


def test_folders_pipes_and_missing_places_are_refused_and_left_alone(tmp_path):
    network = Network.dense(2, 2, 1, seed=1)
    with pytest.raises(IsADirectoryError):
        network.save(tmp_path)
    with pytest.raises(FileNotFoundError):
        network.save(tmp_path / "none" / "net.json")
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(OSError, match="not a regular file"):
        network.save(pipe)
    assert stat.S_ISFIFO(pipe.stat().st_mode)
    with pytest.raises(OSError, match="not a regular file"):
        network.save("/dev/null")
    for path in (tmp_path, tmp_path / "none" / "net.json", pipe):
        with pytest.raises(OSError, match="."):
            atomic.check(path)
    assert os.listdir(tmp_path) == ["pipe"]


def test_links_are_followed_and_modes_kept(tmp_path):
    network = Network.dense(2, 2, 1, seed=1)
    real, link = tmp_path / "real.json", tmp_path / "link.json"
    network.save(real)
    fresh_mode = stat.S_IMODE(real.stat().st_mode)
    assert fresh_mode == 0o666 & ~os.umask(os.umask(0o022))
    real.chmod(0o640)
    link.symlink_to(real)
    Network.dense(3, 2, 1, seed=1).save(link)
    assert link.is_symlink()
    assert stat.S_IMODE(real.stat().st_mode) == 0o640
    assert len(Network.load(real).inputs) == 3


@pytest.mark.parametrize("name", ["write", "fsync", "replace"])
def test_an_interrupt_within_a_save_leaves_the_old_file_and_nothing_else(
    tmp_path, monkeypatch, name
):
    path = tmp_path / "net.json"
    Network.dense(2, 2, 1, seed=1).save(path)
    old = path.read_bytes()

    def interrupt(*arguments):
        raise KeyboardInterrupt

    if name == "write":
        monkeypatch.setattr(atomic.os, "chmod", interrupt)
    else:
        monkeypatch.setattr(atomic.os, name, interrupt)
    with pytest.raises(KeyboardInterrupt):
        Network.dense(2, 3, 1, seed=1).save(path)
    monkeypatch.undo()
    assert path.read_bytes() == old
    assert os.listdir(tmp_path) == ["net.json"]


def test_a_file_is_never_asked_for_code(tmp_path):
    path = tmp_path / "net.json"
    path.write_bytes(b"\x80\x04cos\nsystem\n(S'touch pwned'\ntR.")
    with pytest.raises(FormatError):
        Network.load(path)
