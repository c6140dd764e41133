"""Small overlays on the visible tiles: only what is stored already, drawn off the GUI thread."""

from __future__ import annotations

from PySide6.QtCore import QObject, Slot
from PySide6.QtGui import QImage

from memapp.core.explanation import Explained, ExplainEvent, Layer, MemorabilityMap, Segmentation
from memapp.core.records import ImageKey
from memapp.core.settings import SETTINGS, Settings
from memapp.gui.grid.grid_view import GridView
from memapp.gui.grid.tile_images import TileImages
from memapp.gui.overlay.explain_view import ExplainView
from memapp.gui.overlay.overlay_drawing import draw_small
from memapp.gui.overlay.overlay_panel import OverlayPanel
from memapp.gui.window.actions import Actions
from memapp.workers.supervisor import Supervisor

_ON_TILES = (Layer.SEGMENTATION.value, Layer.MEMORABILITY.value)
_AT_ONCE = 8
"""Few, so that tiles scrolled out of sight are soon skipped."""


class TileOverlays(QObject):
    """Lives on the GUI thread. Regions have none: their outlines are useless at this size."""

    def __init__(
        self,
        *,
        grid: GridView,
        images: TileImages,
        view: ExplainView,
        panel: OverlayPanel,
        supervisor: Supervisor,
        actions: Actions,
        settings: Settings,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._images = images
        self._view = view
        self._panel = panel
        self._supervisor = supervisor
        self._settings = settings
        self._keys: list[ImageKey] = []
        self._side = 0
        self._wanted = settings.get(SETTINGS.tile_overlays)
        actions["tile-overlays"].setChecked(self._wanted)
        grid.visible_changed.connect(self._on_visible)
        view.overlay_changed.connect(lambda _overlay: self._start_again())
        view.shown_changed.connect(self._on_shown)
        panel.opacity_changed.connect(lambda _percent: self._redraw())
        panel.map.style_chosen.connect(lambda _style: self._redraw())
        panel.map.method_chosen.connect(lambda _method: self._redraw())
        panel.segmentation.hidden_changed.connect(lambda _hidden: self._redraw())

    @property
    def _shown(self) -> bool:
        """Whether tiles show an overlay now."""
        return self._wanted and self._view.overlay in _ON_TILES

    def set_wanted(self, wanted: bool) -> None:
        """Show overlays on thumbnails, or none."""
        self._wanted = wanted
        self._settings.set(SETTINGS.tile_overlays, wanted)
        self._start_again()

    @Slot(list, int)
    def _on_visible(self, keys: list[ImageKey], side: int) -> None:
        self._keys, self._side = keys, side
        self._ask()

    def _on_shown(self) -> None:
        """Draw the tile again whose overlay the viewer has just stored."""
        if self._shown and self._view.shown is not None:
            self._images.forget_overlays([self._view.shown.key])
            self._ask()

    def _redraw(self) -> None:
        """Draw all again. Costs nothing while none are shown: a slider calls it at every step."""
        if self._shown:
            self._start_again()

    def _start_again(self) -> None:
        self._images.forget_overlays()
        self._ask()

    def _ask(self) -> None:
        """Request the next few visible ones."""
        if not self._shown:
            return
        lacking = self._images.lacking_overlays(self._keys)[:_AT_ONCE]
        orders = [order for key in lacking if (order := self._view.kept_order(key)) is not None]
        if not orders:
            return
        style, hidden = self._panel.map.style_shown, self._panel.segmentation.table.hidden
        stretched = self._settings.get(SETTINGS.map_stretched)
        side, opacity = self._side, self._settings.get(SETTINGS.overlay_opacity) / 100

        def draw(event: ExplainEvent) -> QImage:
            match event:
                case Explained(part=Segmentation() | MemorabilityMap() as part):
                    return draw_small(
                        part, style=style, stretched=stretched, hidden=hidden, side=side, opacity=opacity
                    )
            return QImage()

        self._supervisor.look_up(orders, draw=draw, done=self._on_drawn)

    def _on_drawn(self, overlays: dict[ImageKey, QImage]) -> None:
        if self._shown:
            self._images.set_overlays(overlays)
            self._ask()
