"""Records: what an experiment measured, how it is stored, where it lies."""

from report.records.paths import Results
from report.records.record import Dataset, Model, Provenance, Record
from report.records.store import BadRecordError, read_record, write_record

__all__ = [
    "BadRecordError",
    "Dataset",
    "Model",
    "Provenance",
    "Record",
    "Results",
    "read_record",
    "write_record",
]
