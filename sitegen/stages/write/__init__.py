"""Write: the output folder made equal to the plan. The only writer of what is published.

    guard      which folders may be an output folder
    staging    files on their way: made beside the output folder, renamed into it when all of them are there
    manifest   which files in the output folder are ours
    changes    what has to be done: a pure decision
    publish    doing it
    look       what the files look like afterwards, and whether they still do

A build that fails before `publish` leaves the published site as it was; one that is killed in `publish` is
put right by the next, since the manifest names a file before it is there and until it is gone.
"""

from sitegen.stages.write.guard import check_output
from sitegen.stages.write.look import intact, restamp, stamps
from sitegen.stages.write.manifest import read_manifest
from sitegen.stages.write.publish import foreign, publish
from sitegen.stages.write.staging import (
    Staged,
    discard,
    leave_nothing,
    locked,
    stage,
    stage_copy,
    staged_at,
    staging,
)

__all__ = [
    "Staged",
    "check_output",
    "discard",
    "foreign",
    "intact",
    "leave_nothing",
    "locked",
    "publish",
    "read_manifest",
    "restamp",
    "stage",
    "stage_copy",
    "staged_at",
    "staging",
    "stamps",
]
