"""The area of interest that is selected on the viewer's photo."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, QPointF, Qt, Signal
from PySide6.QtGui import QPolygonF

from memapp.core.explanation import AreaOfInterest
from memapp.gui.overlay.area_edit_tool import AreaEditTool
from memapp.gui.overlay.region_table import RegionsPage
from memapp.gui.viewer.photo_viewer import PhotoViewer


class AreaSelection(QObject):
    """Selects areas by click, from the list and by keyboard. Lives on the GUI thread.

    Signals:
        changed(): another area is selected, or none.
        reshaped(str, object, bool): the area of this name has this outline now, a tuple of (x, y); whether
            that was a small step by key.
    """

    changed = Signal()
    reshaped = Signal(str, object, bool)

    def __init__(
        self,
        *,
        viewer: PhotoViewer,
        page: RegionsPage,
        areas_here: Callable[[], Sequence[AreaOfInterest]],
        is_everywhere: Callable[[str], bool],
        areas_shown: Callable[[], bool],
        parent: QObject,
    ) -> None:
        """Select nothing.

        Args:
            viewer: shows the photo and the selected area.
            page: the list of regions, with the button for all photos.
            areas_here: returns the areas of the viewer's photo.
            is_everywhere: returns whether all photos of the folder use an area.
            areas_shown: returns whether the overlay with areas is chosen.
            parent: Qt's owner.
        """
        super().__init__(parent)
        self._viewer = viewer
        self._view = viewer.view
        self._page = page
        self._areas_here = areas_here
        self._is_everywhere = is_everywhere
        self._areas_shown = areas_shown
        self._view.take_click = self._take_click
        self._view.tool_changed.connect(self._on_tool_changed)
        viewer.changed.connect(self.changed)
        page.area_chosen.connect(self._select_row)
        page.row_reached.connect(lambda row: self._select_row(row, focus=False))

    @property
    def name(self) -> str | None:
        """The name of the selected area; None for none."""
        tool = self._view.tool
        if not isinstance(tool, AreaEditTool) or not self._viewer.isVisible():
            return None
        return tool.name or None

    def select(self, name: str, *, focus: bool = True) -> None:
        """Select an area, to be moved, changed or deleted, and give its photo the keyboard if wanted."""
        area = next((area for area in self._areas_here() if area.name == name), None)
        if area is None:
            return
        tool = AreaEditTool(name, area.outline, parent=self)
        tool.reshaped.connect(lambda outline, by_key: self.reshaped.emit(name, outline, by_key))
        tool.ended.connect(self._on_press_beside)
        self._view.use_tool(tool)
        if focus:
            self._viewer.setFocus()

    def show_unnamed(self, outline: tuple[tuple[float, float], ...]) -> None:
        """Show an outline that is no area yet, because it has no name."""
        self._view.use_tool(AreaEditTool("", outline, parent=self))

    def end(self) -> None:
        """Select nothing."""
        self._view.use_tool(None)

    def follow_changes(self) -> None:
        """Show the selected area as it is now, after Undo as well; end where it is gone."""
        tool, name = self._view.tool, self.name
        if name is None or not isinstance(tool, AreaEditTool):
            return
        area = next((area for area in self._areas_here() if area.name == name), None)
        if area is None:
            self.end()
            return
        tool.show_outline(area.outline)
        self._view.update()
        self._offer_everywhere()

    def _take_click(self, place: QPointF) -> bool:
        """Select the smallest area at this place, whether or not its contribution is computed yet."""
        here = self._areas_here() if self._areas_shown() else ()
        polygons = [(area.name, QPolygonF([QPointF(x, y) for x, y in area.outline])) for area in here]
        hit = [each for each in polygons if each[1].containsPoint(place, Qt.FillRule.OddEvenFill)]
        if not hit:
            return False
        sides = [polygon.boundingRect() for _name, polygon in hit]
        smallest = min(range(len(hit)), key=lambda at: sides[at].width() * sides[at].height())
        self.select(hit[smallest][0])
        return True

    def _select_row(self, row: int, *, focus: bool = True) -> None:
        name = self._page.area_name(row)
        if name is None:
            if self.name is not None:
                self.end()
        elif name != self.name:
            self.select(name, focus=focus)
        elif focus:
            self._viewer.setFocus()

    def _on_press_beside(self, place: QPointF) -> None:
        self.end()
        if self._take_click(place) and (tool := self._view.tool) is not None:
            # The same press can drag it.
            tool.press(place)

    def _on_tool_changed(self) -> None:
        self._offer_everywhere()
        self.changed.emit()

    def _offer_everywhere(self) -> None:
        name = self.name
        self._page.offer_everywhere(name is not None, used=name is not None and self._is_everywhere(name))
