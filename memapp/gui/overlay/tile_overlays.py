"""Small overlays on the visible tiles: what is stored is drawn, off the GUI thread; the rest is computed."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Signal, Slot
from PySide6.QtGui import QImage

from memapp.core.explanation import (
    Explained,
    ExplainEvent,
    ExplainOrder,
    Layer,
    MemorabilityMap,
    Segmentation,
)
from memapp.core.map_colours import NOISE
from memapp.core.records import ImageKey
from memapp.core.score_text import score_text
from memapp.core.settings import SETTINGS, Settings
from memapp.core.text import tr
from memapp.gui.grid.grid_view import GridView
from memapp.gui.grid.tile_images import TileImages
from memapp.gui.overlay.explain_view import ExplainView
from memapp.gui.overlay.map_legend import STYLE_WORDS
from memapp.gui.overlay.overlay_drawing import MapStyle, draw_small
from memapp.gui.overlay.overlay_panel import TITLES, OverlayPanel
from memapp.gui.overlay.tile_bar import TileBar, tile_line
from memapp.gui.overlay.tile_work import TileWork
from memapp.gui.widgets.theme import ThemeManager
from memapp.gui.window.actions import Actions
from memapp.library.library import Library
from memapp.workers.supervisor import Supervisor

_ON_TILES = (Layer.SEGMENTATION.value, Layer.MEMORABILITY.value)
_AT_ONCE = 8
"""Few, so that tiles scrolled out of sight are soon skipped."""
_NO_PHOTO = ImageKey("", 0, 0)


class TileOverlays(QObject):
    """Lives on the GUI thread. Regions have none: their outlines are useless at this size.

    Signals:
        segmented(object ImageKey, object Segmentation): what is in a photo was found.
    """

    segmented = Signal(object, object)

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
        library: Library,
        theme_manager: ThemeManager,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._grid = grid
        self._library = library
        self._images = images
        self._view = view
        self._panel = panel
        self._supervisor = supervisor
        self._settings = settings
        self._keys: list[ImageKey] = []
        self._in_sight: list[ImageKey] = []
        self._kind: ExplainOrder | None = None
        """The order without its photo: what is computed is of this kind."""
        self.bar = TileBar(theme_manager=theme_manager)
        self._work = TileWork(explainer=supervisor.in_turn, parent=self)
        self._work.found.connect(self._on_found)
        self._work.changed.connect(self._say)
        self._work.ended.connect(self._update_work)
        self.bar.acted.connect(self._act)
        self.bar.closed.connect(actions["tile-overlays"].trigger)
        for signal in (supervisor.run_started, supervisor.run_finished):
            signal.connect(lambda *_: self._say())
        grid.installEventFilter(self)
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

    def stop(self) -> None:
        """Compute nothing any more, because the window closes."""
        self._work.reset()

    def set_wanted(self, wanted: bool) -> None:
        """Show overlays on thumbnails, or none."""
        self._wanted = wanted
        self._settings.set(SETTINGS.tile_overlays, wanted)
        self._start_again()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Say what tiles show only while they are on screen."""
        if event.type() in (QEvent.Type.Show, QEvent.Type.Hide):
            self._say()
        return super().eventFilter(watched, event)

    @Slot(list, int)
    def _on_visible(self, keys: list[ImageKey], side: int) -> None:
        self._keys, self._side = keys, side
        self._in_sight = keys[: len(self._grid.places_in_sight())]
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
        """Request the next few visible ones; where all in sight are known, see to those that are missing."""
        self._update_work()
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

    # What is not stored

    @Slot()
    def _update_work(self) -> None:
        kind = self._view.kept_order(_NO_PHOTO) if self._shown else None
        if kind != self._kind:
            self._kind = kind
            self._work.reset()
        if kind is None:
            self._say()
        elif not self._images.lacking_overlays(self._in_sight):
            missing = [] if self._lacks_finder(kind) else self._images.without_overlays(self._in_sight)
            orders = [dataclasses.replace(kind, key=key, kept_only=False) for key in self._readable(missing)]
            # To find what is in a photo takes half a second, a map half a minute.
            quick = Layer.SEGMENTATION in kind.layers and self._grid.isVisible()
            self._work.update(self._in_sight, orders, by_itself=quick)

    def _readable(self, keys: Sequence[ImageKey]) -> list[ImageKey]:
        photos = ((key, self._library.photo(key)) for key in keys)
        return [key for key, photo in photos if photo is not None and not photo["failed"]]

    @staticmethod
    def _lacks_finder(kind: ExplainOrder) -> bool:
        return Layer.SEGMENTATION in kind.layers and kind.segmenter is None

    def _on_found(self, key: ImageKey, part: object) -> None:
        if isinstance(part, Segmentation):
            self.segmented.emit(key, part)
        self._images.forget_overlays([key])
        self._ask()

    @Slot()
    def _act(self) -> None:
        if self._work.state.running:
            self._work.stop()
        else:
            self._work.start()

    @Slot()
    def _say(self) -> None:
        """Say what tiles show, and offer what can be done."""
        layer = self._view.layer if self._wanted and self._grid.isVisible() else None
        if layer is None or not self._in_sight:
            self.bar.show_line("")
        elif layer is Layer.REGIONS:
            self.bar.show_line(tr("What each part adds is too fine for thumbnails. Open a photo to see it."))
        elif self._kind is not None and self._lacks_finder(self._kind):
            self.bar.show_line(tr("No object finder is installed. Get one in View, Overlay, Object finder."))
        else:
            busy = self._supervisor.running and not self._supervisor.paused
            self.bar.show_line(
                *tile_line(str(TITLES[layer]), self._meaning(layer), self._work.state, busy=busy)
            )

    def _meaning(self, layer: Layer) -> str:
        """Return what the colours on tiles mean."""
        if layer is not Layer.MEMORABILITY:
            return tr("Open a photo to see the names of the colours.")
        # Outlines are useless at this size: tiles have colours instead.
        fog = self._panel.map.style_shown is MapStyle.FOG
        words = str(STYLE_WORDS[MapStyle.FOG if fog else MapStyle.COLOUR][1])
        none = tr("No colour: less than {points}, too little to be sure.", points=score_text(NOISE))
        return words if fog else f"{words} {none}"
