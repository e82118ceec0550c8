import gzip
import hashlib
import socket
import tarfile
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from experiments.data import batches, mnist
from experiments.data.download import complete, exclusive, from_torchvision
from report.errors import UserError


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Address of a server on this machine that gives the files below ``tmp_path``."""
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    handler = partial(Quiet, directory=str(tmp_path))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as httpd:
        thread = Thread(target=httpd.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{httpd.server_port}/"
        httpd.shutdown()
        thread.join()


def test_mnist_from_the_second_mirror(
    mnist_like: Any, tmp_path: Path, server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from torchvision.datasets import MNIST

    mnist_like.write_idx(tmp_path / "whole")
    resources = []
    for file in mnist.FILES:
        archive = tmp_path / "whole" / (Path(file).name + ".gz")
        archive.write_bytes(gzip.compress((tmp_path / "whole" / file).read_bytes()))
        resources.append((archive.name, hashlib.md5(archive.read_bytes()).hexdigest()))
    (tmp_path / "damaged").mkdir()
    (tmp_path / "damaged" / resources[0][0]).write_bytes(b"half")
    monkeypatch.setattr(MNIST, "mirrors", [f"{server}damaged/", f"{server}whole/"])
    monkeypatch.setattr(MNIST, "resources", resources)
    arrays = mnist.load(tmp_path / "data", from_torchvision, mnist_like.facts)
    assert arrays.sha256() == mnist_like.facts.sha256
    files = {path.name for path in (tmp_path / "data/MNIST/raw").iterdir()}
    assert files == {Path(file).name for file in mnist.FILES}  # no archives
    assert socket.getdefaulttimeout() is None


@pytest.mark.filterwarnings("ignore:Python 3.14 will:DeprecationWarning")  # torchvision's tarfile
def test_cifar10_archive(
    cifar_like: Any, tmp_path: Path, server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from torchvision.datasets import CIFAR10

    cifar_like.write_batches(tmp_path)
    archive = tmp_path / "cifar-10-python.tar.gz"
    with tarfile.open(archive, "w:gz") as tar:
        tar.add(tmp_path / batches.FOLDER, batches.FOLDER)
    monkeypatch.setattr(CIFAR10, "url", server + archive.name)
    monkeypatch.setattr(CIFAR10, "tgz_md5", hashlib.md5(archive.read_bytes()).hexdigest())
    (tmp_path / "new").mkdir()
    from_torchvision("cifar10", tmp_path / "new")
    assert complete(batches.FILES, tmp_path / "new")

    monkeypatch.setattr(CIFAR10, "tgz_md5", "0" * 32)
    (tmp_path / "other").mkdir()
    with pytest.raises(RuntimeError):
        from_torchvision("cifar10", tmp_path / "other")
    assert not complete(batches.FILES, tmp_path / "other")


def test_without_a_lock_it_goes_on_and_says_so(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / ".cache").write_text("in the way, as a folder that cannot be written")
    went_on = False
    with caplog.at_level("INFO"), exclusive(tmp_path):
        went_on = True
    assert went_on
    assert f"no lock in {tmp_path}: " in caplog.text


@pytest.mark.parametrize("error", [OSError("inside"), UserError("inside")], ids=repr)
def test_what_fails_under_the_lock_is_not_taken_for_a_lack_of_locks(
    tmp_path: Path, error: Exception
) -> None:
    with pytest.raises(type(error), match="inside"), exclusive(tmp_path):
        raise error
