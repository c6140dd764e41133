"""What a run says, noted in the library: the same for the window and the command line."""

from __future__ import annotations

from collections.abc import Sequence

from memapp.core.events import Event, Failed, Found, Identified, Scored
from memapp.core.records import IdentifiedPhoto
from memapp.library.library import Library
from memapp.library.scores import Scores


def note_event(scores: Scores, event: Event, net: str) -> None:
    """Note an event of a run with a net, by its name; events that say nothing of photos change nothing."""
    match event:
        case Found():
            scores.library.add((photo.id, photo.key) for photo in event.photos)
        case Identified():
            note_identified(scores.library, event.photos)
        case Scored():
            scores.note_scores(event.photos, net)
        case Failed():
            scores.note_failures(event.failures)


def note_identified(library: Library, photos: Sequence[IdentifiedPhoto]) -> None:
    """Show files under the photos that they are, each once: moved, renamed or swapped ones."""
    found = [photo for photo in photos if library.id_of(photo.key) == photo.found_as != photo.id]
    takers = {photo.id for photo in found}
    known = [photo for photo in found if photo.id in library]
    # Photos that are here first: those that give their file to another one must have their own by then.
    for photo in known:
        if photo.found_as not in takers:
            library.remove([photo.found_as])
        library.set_state(photo.id, photo.key)
    for photo in found:
        if photo in known:
            continue
        if photo.found_as in takers:
            library.add([(photo.id, photo.key)])
        else:
            library.rename(photo.found_as, photo.id)
