"""Two memapps with one MEMAPP_HOME that score the same folder at once do each other no harm."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

from memapp.store.scores import FILE_NAME
from tests.commands.command_line import DEADLINE_SECONDS, make_photo
from tests.conftest import CHECKOUT


def test_the_same_folder_in_two_processes(tmp_path: Path, memapp_home: Path, prepared_home: Path) -> None:
    photos = [make_photo(tmp_path / "photos" / f"{number}.png", (80 + number, 64)) for number in range(8)]
    command = [sys.executable, "-m", "memapp", "score", "--format", "json", str(tmp_path / "photos")]
    environment = {**os.environ, "MEMAPP_HOME": str(memapp_home)}
    processes = [
        subprocess.Popen(
            command, cwd=CHECKOUT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]
    said = [process.communicate(timeout=DEADLINE_SECONDS) for process in processes]
    assert [(process.returncode, errors) for process, (_, errors) in zip(processes, said, strict=True)] == [
        (0, ""),
        (0, ""),
    ]
    one, other = (
        {result["path"]: result["score"] for result in json.loads(text)["results"]} for text, _ in said
    )
    assert one == other
    assert set(one) == set(map(str, photos))
    with closing(sqlite3.connect(memapp_home / FILE_NAME)) as database:
        for table in ("photos", "scores"):
            assert database.execute(f"SELECT count(*) FROM {table}").fetchone() == (len(photos),)
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
