"""CIFAR-10 from what lies in the data folder: decoded before, torchvision's batches, or images."""

from collections.abc import Mapping
from pathlib import Path

from experiments.data import batches
from experiments.data import image_folders as folders
from experiments.data.arrays import Arrays, verify
from experiments.data.catalog import DATASETS, DatasetFacts
from experiments.data.decoded import read_cache, write_cache
from experiments.data.download import Download, cache_dir, complete, exclusive, fetch


def load(
    data_dir: Path,
    download: Download,
    facts: DatasetFacts = DATASETS["cifar10"],
    md5: Mapping[str, str] = batches.MD5,
) -> Arrays:
    """The whole of CIFAR-10, verified, the same whatever it came from; decoded once.

    ``facts`` and ``md5`` are the published ones; tests give others. Raises UserError when nothing
    usable lies there and the download fails.
    """
    path = cache_dir(data_dir) / "cifar10.bin"
    arrays = read_cache(path, facts)
    if arrays is not None:
        return arrays
    images = (data_dir / folders.FOLDER).is_dir() and not complete(batches.FILES, data_dir)
    if not images:
        fetch("cifar10", batches.FILES, data_dir, download)
    with exclusive(data_dir):
        arrays = read_cache(path, facts)  # another process may have been faster
        if arrays is not None:
            return arrays
        folder = data_dir / (folders.FOLDER if images else batches.FOLDER)
        arrays = (
            folders.read_folders(data_dir, facts)
            if images
            else batches.read_batches(data_dir, facts, md5)
        )
        verify(arrays, facts, str(folder), "replace it with the published one")
        write_cache(path, arrays)
    return arrays
