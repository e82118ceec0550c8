"""Getting the files of MNIST and CIFAR-10 when they are not there yet."""

import contextlib
import logging
import shutil
import socket
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

from experiments.data.catalog import DATASETS
from experiments.lock import locked
from report.errors import UserError

Download = Callable[[str, Path], None]
"""Puts the unpacked files of a data set below an empty folder; raises anything on failure."""

TIMEOUT_SECONDS = 30.0
"""A server that sends nothing for this long is taken for absent (torchvision sets no limit)."""


def cache_dir(data_dir: Path) -> Path:
    """Where the program keeps files of its own beside the data."""
    return data_dir / ".cache"


@contextlib.contextmanager
def exclusive(data_dir: Path) -> Iterator[None]:
    """Let one process at a time download or decode.

    In a read-only folder there is no lock: two processes may then decode twice, and what they read
    is verified as ever.
    """
    log = logging.getLogger(__name__)
    with contextlib.ExitStack() as stack:
        try:
            stack.enter_context(locked(cache_dir(data_dir) / "lock", log.info))
        except (OSError, UserError) as error:
            log.info("no lock in %s: %s", data_dir, error)
        yield


def complete(files: Sequence[str], data_dir: Path) -> bool:
    """Whether every one of the files lies below the folder."""
    return all((data_dir / file).is_file() for file in files)


def fetch(name: str, files: Sequence[str], data_dir: Path, download: Download) -> None:
    """Download the files unless all of them lie below ``data_dir``.

    They are fetched into a folder aside and moved when whole: an interrupted download leaves
    nothing that the next one does not clear away. Raises UserError when that fails.
    """
    if complete(files, data_dir):
        return
    with exclusive(data_dir):
        if complete(files, data_dir):
            return
        aside = cache_dir(data_dir) / "download"
        try:
            shutil.rmtree(aside, ignore_errors=True)
            aside.mkdir(parents=True)
            download(name, aside)
            for file in files:
                (data_dir / file).parent.mkdir(parents=True, exist_ok=True)
                (aside / file).replace(data_dir / file)
        except Exception as error:
            raise UserError(_advice(name, files, data_dir, error)) from error
        finally:
            shutil.rmtree(aside, ignore_errors=True)


def _advice(name: str, files: Sequence[str], data_dir: Path, error: Exception) -> str:
    missing = next((file for file in files if not (data_dir / file).is_file()), files[0])
    cause = " ".join(str(error).split()) or type(error).__name__
    folders = " or as image folders in cifar10/{train,test}/<class>/" if name == "cifar10" else ""
    return (
        f"{data_dir / missing} is missing and {DATASETS[name].name} could not be downloaded "
        f"({cause}): connect to the internet, or put the files there{folders}, or name the folder "
        "that holds them with --data-dir, or run the suite quick, which needs no download"
    )


def from_torchvision(name: str, folder: Path) -> None:
    """Fetch and unpack with torchvision: its mirrors, its MD5 sums of the archives.

    Its data set classes are not built, because they read pickles and unchecked files.
    """
    from torchvision import datasets
    from torchvision.datasets.utils import download_and_extract_archive, download_url

    (source,) = (getattr(datasets, known) for known in datasets.__all__ if known.lower() == name)
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(TIMEOUT_SECONDS)
    try:
        if hasattr(source, "tgz_md5"):
            download_and_extract_archive(source.url, str(folder), md5=source.tgz_md5)
        elif hasattr(source, "mirrors"):
            target = str(folder / source.__name__ / "raw")
            for archive, md5 in source.resources:
                get = partial(download_and_extract_archive, download_root=target, md5=md5)
                _first_mirror([mirror + archive for mirror in source.mirrors], get)
        else:
            for address, file, md5 in (source.split_list[split] for split in ("train", "test")):
                download_url(address, str(folder), file, md5)
    finally:
        socket.setdefaulttimeout(before)


def _first_mirror(urls: Sequence[str], get: Callable[[str], None]) -> None:
    """Try each address until one works; the last failure is raised."""
    for url in urls:
        try:
            return get(url)
        except (OSError, RuntimeError):
            if url == urls[-1]:
                raise
    return None
