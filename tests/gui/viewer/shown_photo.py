"""What tests of the viewer share: show a photo in it, and note what it requests."""

from __future__ import annotations

from memapp.core.records import ImageKey, ScoredPhoto
from memapp.gui.viewer.photo_viewer import PhotoViewer


class Asked:
    """Notes what the viewer requests."""

    def __init__(self, viewer: PhotoViewer) -> None:
        self.pictures: list[tuple[ImageKey, int]] = []
        self.steps: list[int] = []
        self.closed = 0
        viewer.picture_wanted.connect(lambda key, side: self.pictures.append((key, side)))
        viewer.step.connect(self.steps.append)
        viewer.closed.connect(self._close)

    def _close(self) -> None:
        self.closed += 1


def show(viewer: PhotoViewer, photo: ScoredPhoto, *, position: int = 5, count: int = 40) -> None:
    """Show this photo without a placeholder."""
    viewer.show_photo(photo.key, placeholder=None, position=position, count=count, caption=photo)
