from __future__ import annotations

import pytest

from memapp.core.events import (
    EngineReady,
    Failed,
    Found,
    Identified,
    Notice,
    NoticeKind,
    Progress,
    Scored,
    Skipped,
    Started,
)
from memapp.core.net_ids import NetId
from memapp.core.nets import RESMEM, NetInfo
from memapp.core.records import (
    EngineInfo,
    Failure,
    FailureKind,
    FoundPhoto,
    IdentifiedPhoto,
    ImageKey,
    NetIdentity,
    PhotoId,
    RunOrder,
    ScoredPhoto,
)
from memapp.core.score_scale import HITS
from memapp.library.ingest import Ingest
from memapp.library.library import Library
from memapp.library.photo_columns import PhotoState
from memapp.library.scores import Scores
from tests.library.made import failed, key, new_library, scored

A, B, C = PhotoId(1), PhotoId(2), PhotoId(3)
IDENTITY = NetIdentity("resmem", "0" * 64, "1")
ORDER = RunOrder(("/photos",))


@pytest.fixture
def library() -> Library:
    return new_library()


@pytest.fixture
def scores(library: Library) -> Scores:
    return Scores(library)


@pytest.fixture
def ingest(scores: Scores) -> Ingest:
    ingest = Ingest(scores)
    ingest.note_order(1, ORDER)
    ingest.begin(1)
    return ingest


def found(*names: str) -> Found:
    """Return the news that photos were found: a.jpg has the id 1, b.jpg 2 ..."""
    return Found(tuple(FoundPhoto(PhotoId(ord(name[0]) - 96), key(name)) for name in names))


def progress(done: int, total: int) -> Progress:
    """Return how far a run is."""
    return Progress(done, total, True, None, None)


def missing(name: str) -> Failure:
    """Return the failure of a file that is not there."""
    return Failure(ImageKey(f"/photos/{name}", 0, 0), FailureKind.MISSING, "This file is not there any more.")


def test_photos_are_found_and_scored(ingest: Ingest, library: Library, scores: Scores) -> None:
    engine = EngineInfo("onnxruntime", "cpu", "CPU")
    news = ingest.take(
        1,
        [
            Started(IDENTITY),
            found("a.jpg", "b.jpg"),
            EngineReady(engine),
            Scored((scored("a.jpg", 0.8),), known=False),
            Failed((failed("b.jpg"),)),
            Skipped(3),
            progress(2, 2),
            Notice(NoticeKind.INFORMATION, "Hello."),
        ],
    )
    assert library.ids() == (A, B)
    assert scores.count(PhotoState.SCORED) == 1
    assert scores.count(PhotoState.FAILED) == 1
    assert (news.engine, news.failures_changed, news.skipped_changed) == (engine, True, True)
    assert news.progress == progress(2, 2)
    assert [notice.text for notice in news.notices] == ["Hello."]
    assert (ingest.skipped, ingest.identities) == (3, {"resmem": IDENTITY})
    assert ingest.finish(1, cancelled=False).photos == 2


def test_a_run_begins_once(ingest: Ingest) -> None:
    assert not ingest.begin(1)
    assert ingest.begin(2)


def test_an_empty_folder_is_said(ingest: Ingest) -> None:
    ingest.take(1, [progress(0, 0)])
    [notice] = ingest.finish(1, cancelled=False).notices
    assert notice.text == "No photos were found there."


def test_removed_photos_do_not_come_back_by_the_run_that_goes_on(ingest: Ingest, library: Library) -> None:
    ingest.take(1, [found("a.jpg", "b.jpg")])
    assert ingest.remove([A]) == (A,)
    ingest.take(1, [found("a.jpg"), Scored((scored("a.jpg", 0.8),), known=False), Failed((failed("a.jpg"),))])
    assert library.ids() == (B,)
    ingest.note_order(2, ORDER)
    ingest.take(2, [found("a.jpg")])
    assert library.ids() == (B, A)


def test_a_removal_can_be_undone(ingest: Ingest, library: Library, scores: Scores) -> None:
    ingest.take(1, [found("a.jpg", "b.jpg"), Scored((scored("a.jpg", 0.8),), known=False)])
    ingest.remove([A])
    assert ingest.restore([A]) == (A,)
    assert library.ids() == (A, B)
    assert isinstance(scores.outcome(A), ScoredPhoto)
    ingest.take(1, [Scored((scored("a.jpg", 0.7),), known=False)])
    assert library.value(A, "score") == 0.7


def test_after_clearing_nothing_comes_late(ingest: Ingest, library: Library) -> None:
    ingest.take(1, [found("a.jpg"), Skipped(2)])
    ingest.clear()
    assert (len(library), ingest.skipped) == (0, 0)
    news = ingest.take(1, [found("b.jpg"), progress(1, 2)])
    assert (len(library), news.progress) == (0, None)
    ingest.note_order(2, ORDER)
    ingest.take(2, [found("a.jpg")])
    assert library.ids() == (A,)


def test_a_file_that_is_not_there_is_one_photo_however_often_it_fails(
    ingest: Ingest, library: Library
) -> None:
    ingest.take(1, [Failed((missing("gone.jpg"),))])
    ingest.take(1, [Failed((missing("gone.jpg"),))])
    assert len(library) == 1
    ingest.take(
        1, [Found((FoundPhoto(C, key("gone.jpg")),)), Scored((scored("gone.jpg", 0.5),), known=False)]
    )
    assert library.ids() == (C,)
    assert library.value(C, "score") == 0.5


def test_a_photo_whose_file_vanished_fails_in_its_place(
    ingest: Ingest, library: Library, scores: Scores
) -> None:
    ingest.take(1, [found("a.jpg"), Scored((scored("a.jpg", 0.8),), known=False)])
    ingest.note_order(2, ORDER)
    ingest.take(2, [Failed((missing("a.jpg"),))])
    assert library.ids() == (A,)
    assert isinstance(scores.outcome(A), Failure)


def test_a_changed_file_is_the_same_photo_and_loses_its_score(ingest: Ingest, library: Library) -> None:
    ingest.take(1, [found("a.jpg"), Scored((scored("a.jpg", 0.8),), known=False)])
    edited = key("a.jpg", size=2000)
    ingest.take(1, [Found((FoundPhoto(A, edited),))])
    assert library.ids() == (A,)
    assert library.key_of(A) == edited
    assert library.value(A, "score") != library.value(A, "score")


def test_a_moved_file_is_the_photo_that_was_known(ingest: Ingest, library: Library) -> None:
    ingest.take(1, [found("a.jpg")])
    moved = key("moved.jpg")
    ingest.take(1, [Found((FoundPhoto(C, moved),)), Identified((IdentifiedPhoto(moved, C, A),))])
    assert library.ids() == (A,)
    assert library.key_of(A) == moved


def test_photos_that_swapped_their_files_follow_their_content(ingest: Ingest, library: Library) -> None:
    ingest.take(1, [found("a.jpg", "b.jpg")])
    at_a, at_b = key("a.jpg", size=2), key("b.jpg", size=1)
    ingest.take(1, [Found((FoundPhoto(A, at_a), FoundPhoto(B, at_b)))])
    ingest.take(1, [Identified((IdentifiedPhoto(at_a, A, B), IdentifiedPhoto(at_b, B, A)))])
    assert set(library.ids()) == {A, B}
    assert (library.key_of(A), library.key_of(B)) == (at_b, at_a)


def test_a_triage_counts_each_photo_once(ingest: Ingest) -> None:
    ingest.take(1, [Started(IDENTITY), found("a.jpg", "b.jpg"), progress(2, 2)])
    ingest.take(1, [Started(IDENTITY), progress(1, 1)])
    assert ingest.finish(1, cancelled=False).photos == 2


OTHER = NetInfo(NetId("other"), "Other", HITS, "")


def test_a_second_net_adds_no_photos_and_says_what_it_could_not_read(
    ingest: Ingest, library: Library, scores: Scores
) -> None:
    scores.set_nets([RESMEM, OTHER], shown=RESMEM)
    ingest.take(1, [found("a.jpg", "b.jpg"), Scored((scored("a.jpg", 0.8),), known=False)])
    ingest.note_order(2, RunOrder(("/photos",), net=NetId("other")), repeats=True)
    assert (ingest.title_of(1), ingest.title_of(2)) == ("ResMem", "Other")
    assert ingest.requests_of("other") == [2]
    ingest.begin(2)
    ingest.take(2, [found("a.jpg", "c.jpg"), Failed((failed("a.jpg"), failed("b.jpg"))), Skipped(1)])
    assert library.ids() == (A, B)
    assert isinstance(scores.outcome(A), ScoredPhoto)
    assert isinstance(scores.outcome(B), Failure)
    assert ingest.skipped == 0
    [notice] = ingest.finish(2, cancelled=False).notices
    assert notice.text.startswith("a.jpg has no score of Other: ")
