"""Tables of labels: good rows are read; bad ones are reported with the reason."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from memapp.lab.labels import LabelsError, read_labels

GOOD = "file,category,hit_rate\na.jpg,people,0.5\nb.jpg,sea,0.75\nsub/c.jpg,sea,0.75\n"


@pytest.fixture
def images(tmp_path: Path) -> Path:
    folder = tmp_path / "images"
    (folder / "sub").mkdir(parents=True)
    for name in ("a.jpg", "b.jpg", "sub/c.jpg", "d.jpg"):
        (folder / name).write_bytes(b"picture")
    (tmp_path / "outside.jpg").write_bytes(b"picture")
    return folder


def table(images: Path, content: str | bytes) -> Path:
    path = images.parent / "labels.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def test_good_rows_are_read(images: Path) -> None:
    labels = read_labels(table(images, GOOD), images=images)
    assert [(photo.file, photo.score) for photo in labels.photos] == [
        ("a.jpg", 0.5),
        ("b.jpg", 0.75),
        ("sub/c.jpg", 0.75),
    ]
    assert labels.photos[2].path == images / "sub" / "c.jpg"
    assert labels.photos[1].columns["category"] == "sea"
    assert (labels.left_out, labels.tied) == ((), 2)


@pytest.mark.parametrize(
    "content",
    [
        GOOD.encode("utf-8-sig"),
        GOOD.replace("\n", "\r\n"),
        GOOD.replace("sub/c", "sub\\c"),
        GOOD + "\n,,\n",
        GOOD.replace("file,", " file ,"),
        GOOD.replace("a.jpg", '"a.jpg"'),
        GOOD.replace(",", ";"),
        GOOD.replace(",", ";").replace("0.", "0,"),
        GOOD.replace(",", "\t").replace("0.", "0,").encode("utf-16"),
    ],
)
def test_the_formats_of_different_programs_are_read(images: Path, content: str | bytes) -> None:
    labels = read_labels(table(images, content), images=images)
    assert [photo.score for photo in labels.photos] == [0.5, 0.75, 0.75]
    assert not labels.left_out


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("none.jpg,sea,0.5", "there is no such file"),
        (",sea,0.5", "no file is given"),
        ("sub,sea,0.5", "there is no such file"),
        (".,sea,0.5", "there is no such file"),
        ('d.jpg,sea,"0,5"', "its score is not a number: '0,5'"),
        ("../outside.jpg,sea,0.5", "the path leads out of the folder of images"),
        ("/etc/passwd,sea,0.5", "the path leads out of the folder of images"),
        ("C:\\outside.jpg,sea,0.5", "the path leads out of the folder of images"),
        ("d.jpg,sea,", "its score is missing: hit_rate is empty"),
        ("d.jpg,sea", "its score is missing: hit_rate is empty"),
        ("d.jpg,sea,often", "its score is not a number: 'often'"),
        ("d.jpg,sea,nan", "its score is not a number: 'nan'"),
        ("d.jpg,sea,inf", "its score is not a number: 'inf'"),
        ("d.jpg,sea,75", "its score is not within 0..1: 75"),
        ("d.jpg,sea,-0.01", "its score is not within 0..1: -0.01"),
        ("a.jpg,people,0.5", "the same photo is listed twice; it counts once"),
        ("./a.jpg,people,0.5", "the same photo is listed twice; it counts once"),
        ("x" * 400 + ".jpg,sea,0.5", "there is no such file"),
    ],
)
def test_a_bad_row_is_skipped_with_the_reason(images: Path, row: str, reason: str) -> None:
    labels = read_labels(table(images, GOOD + row + "\n"), images=images)
    assert len(labels.photos) == 3
    assert [(each.row, each.reason) for each in labels.left_out] == [(5, reason)]


def test_a_photo_with_two_scores_counts_with_neither(images: Path) -> None:
    labels = read_labels(table(images, GOOD + "d.jpg,sea,0.1\na.jpg,people,0.6\n"), images=images)
    assert [photo.file for photo in labels.photos] == ["b.jpg", "sub/c.jpg", "d.jpg"]
    assert [(each.row, each.file) for each in labels.left_out] == [(2, "a.jpg"), (6, "a.jpg")]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "are empty"),
        ("file,hit_rate\n", "Only 0 rows"),
        ("file,hit_rate\na.jpg,0.5\nb.jpg,2\n", r"Only 1 row of .* 'b.jpg', its score is not within"),
        ("name,hit_rate\na.jpg,0.5\n", "no column 'file'. Their columns: name, hit_rate"),
        ("file,score\na.jpg,0.5\n", "no column 'hit_rate'"),
        ("file,hit_rate,hit_rate\na.jpg,0.5,0.6\n", "more than one column 'hit_rate'"),
        (GOOD.replace("sea", "Küste").encode("cp1252"), "not in UTF-8"),
        (GOOD.encode("utf-16")[:-1], "not in UTF-8"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "not in UTF-8"),
        ('file,hit_rate\n"a.jpg,0.5\n', "are not a CSV table"),
    ],
)
def test_an_unusable_table_is_refused(images: Path, content: str | bytes, words: str) -> None:
    with pytest.raises(LabelsError, match=words):
        read_labels(table(images, content), images=images)


def test_missing_files_are_named(images: Path, tmp_path: Path) -> None:
    with pytest.raises(LabelsError, match=r"Can't read the labels .*none.csv: No such file"):
        read_labels(tmp_path / "none.csv", images=images)
    with pytest.raises(LabelsError, match="no folder of images"):
        read_labels(table(images, GOOD), images=tmp_path / "nowhere")
    with pytest.raises(LabelsError, match="no column 'mood'"):
        read_labels(table(images, GOOD), images=images, also=(None, "mood"))


@pytest.mark.skipif(os.name == "nt", reason="making links needs a permission there")
def test_links_out_of_the_folder_are_refused(tmp_path: Path) -> None:
    images = tmp_path / "images"
    images.mkdir()
    outside = tmp_path / "outside"
    outside.mkdir()
    for folder in (images, outside):
        for name in ("a.jpg", "b.jpg", "c.jpg", "d.jpg", "=e.jpg"):
            (folder / name).write_bytes(b"")
    (images / "link.jpg").symlink_to(outside / "a.jpg")
    (images / "folder").symlink_to(outside)
    (images / "inside.jpg").symlink_to(images / "d.jpg")
    (images / "round.jpg").symlink_to(images / "round.jpg")
    table = tmp_path / "labels.csv"
    names = ["a.jpg", "b.jpg", "c.jpg", "'=e.jpg", "inside.jpg", "link.jpg", "folder/b.jpg", "round.jpg"]
    rows = "".join(f"{name},0.{number + 1}\n" for number, name in enumerate(names))
    table.write_text(f"file,score\n{rows}", encoding="utf-8")
    labels = read_labels(table, images=images, column="score")
    assert [photo.path.name for photo in labels.photos] == ["a.jpg", "b.jpg", "c.jpg", "=e.jpg", "d.jpg"]
    assert [(each.file, each.reason) for each in labels.left_out] == [
        ("link.jpg", "a link leads out of the folder of images"),
        ("folder/b.jpg", "a link leads out of the folder of images"),
        ("round.jpg", "there is no such file"),
    ]


@pytest.mark.skipif(os.name == "nt", reason="making links needs a permission there")
def test_a_link_to_a_listed_photo_counts_once(images: Path) -> None:
    (images / "also.jpg").symlink_to(images / "a.jpg")
    labels = read_labels(table(images, GOOD + "also.jpg,people,0.5\n"), images=images)
    assert [photo.file for photo in labels.photos] == ["a.jpg", "b.jpg", "sub/c.jpg"]
    assert [each.reason for each in labels.left_out] == ["the same photo is listed twice; it counts once"]
    labels = read_labels(table(images, GOOD + "also.jpg,people,0.6\nd.jpg,sea,0.1\n"), images=images)
    assert [photo.file for photo in labels.photos] == ["b.jpg", "sub/c.jpg", "d.jpg"]
