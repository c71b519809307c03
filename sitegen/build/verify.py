"""A cold build beside a warm one: that they are equal is the law that all of this rests on."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

from msgspec.structs import replace

from sitegen.adapters.files import digest_file
from sitegen.build.pipeline import build
from sitegen.build.shop import Options
from sitegen.model.report import BuildReport


def verify(options: Options, report: BuildReport) -> tuple[str, ...]:
    """The differences between what a build has just published and what one from nothing makes; none are fine.

    The other build is made in a folder for temporary files, which is removed.
    """
    with tempfile.TemporaryDirectory(prefix="sitegen-verify-") as folder:
        cold = build(replace(options, output=Path(folder, options.output.name), cold=True, explain=False))
        return tuple(
            _differences(options.output, dict(report.result.manifest.files), dict(cold.result.manifest.files))
        )


def _differences(output: Path, warm: dict[str, str], cold: dict[str, str]) -> Iterator[str]:
    for path in sorted({*warm, *cold}):
        if path not in cold:
            yield f"{path} would not be there"
        elif path not in warm:
            yield f"{path} is missing"
        else:
            try:
                found = digest_file(output / path)[0]
            except OSError as error:
                yield f"{path} cannot be read: {error.strerror}"
                continue
            if found != cold[path]:
                yield f"{path} has other bytes"
