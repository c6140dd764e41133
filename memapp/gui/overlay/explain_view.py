"""Updates the overlay for the viewer's photo: requests it, draws it, and shows its progress."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QObject, QPointF, Signal, Slot

from memapp.core.explanation import (
    AreaOfInterest,
    Explained,
    ExplainEvent,
    ExplainFailed,
    ExplainOrder,
    ExplainPreview,
    ExplainProgress,
    Layer,
    MapMethod,
    MemorabilityMap,
    Regions,
    Segmentation,
    SegmenterIdentity,
)
from memapp.core.finder_trust import found_by_text, trust_text
from memapp.core.records import ImageKey, Precision
from memapp.core.settings import SETTINGS, Settings
from memapp.core.text import deferred, tr
from memapp.gui.overlay.overlay_drawing import MapStyle, draw_map, draw_regions, draw_segmentation
from memapp.gui.overlay.overlay_layer import OverlayLayer
from memapp.gui.overlay.overlay_panel import OverlayPanel
from memapp.gui.viewer.photo_viewer import PhotoViewer
from memapp.gui.window.actions import Actions
from memapp.workers.supervisor import Supervisor

NO_OVERLAY = "none"
OVERLAYS = (NO_OVERLAY, *(layer.value for layer in Layer))
"""The choices, as spelt in settings and in the ids of actions ("overlay-none" ...)."""

NO_PACK = deferred(
    "No object finder is installed, so the things in photos can't be named. Get one, or install one from a "
    "file. Until then, parts are patches of similar colour."
)
PATCHES = "patches"
"""In the place of a segmenter's name: regions are patches of similar colour."""
GET_SEGMENTER = deferred("Get an object finder...")
COVER_INSTEAD = deferred("Use the thorough method")
"""Gradients need torch, which may be missing; where they fail, the list of methods is not shown."""

Part = Segmentation | MemorabilityMap | Regions


@dataclass(frozen=True, slots=True)
class Shown:
    """The overlay that is on screen."""

    key: ImageKey
    part: Part
    layer: OverlayLayer
    whole: bool = True
    """Whether it is no first, coarse map."""


class ExplainView(QObject):
    """Lives on the GUI thread. Results of any order but the last one are dropped.

    Signals:
        overlay_changed(str): another overlay is chosen, or none.
        panel_shown(bool): the panel beside the photo was shown or hidden.
        shown_changed(): another overlay is on screen, or none.
        segmented(object ImageKey, object Segmentation): what is in a photo was found.
        segmenters_wanted(): the user wants to get a segmenter.
    """

    overlay_changed = Signal(str)
    panel_shown = Signal(bool)
    segmenters_wanted = Signal()
    shown_changed = Signal()
    segmented = Signal(object, object)

    def __init__(
        self,
        *,
        supervisor: Supervisor,
        viewer: PhotoViewer,
        panel: OverlayPanel,
        actions: Actions,
        settings: Settings,
        areas_of: Callable[[ImageKey], Sequence[AreaOfInterest] | None],
        parent: QObject,
    ) -> None:
        """Show overlays over the photos of this viewer.

        Args:
            supervisor: explains and draws.
            viewer: shows the photo.
            panel: has the legends, and shows progress and failures.
            actions: has the choices.
            settings: has the last choices.
            areas_of: returns the areas of a photo; None until they are known, then call update_overlay().
            parent: Qt's owner.
        """
        super().__init__(parent)
        self._supervisor = supervisor
        self._viewer = viewer
        self._panel = panel
        self._actions = actions
        self._settings = settings
        self._areas_of = areas_of
        self._layer = _layer_of(settings.get(SETTINGS.overlay))
        self._order: ExplainOrder | None = None
        self._request = 0
        self._part: Part | None = None
        """The last result of the order; it is drawn before it is shown."""
        self._whole = True
        """Whether that is the whole result, not a first map."""
        self._shown: Shown | None = None
        self.precision = Precision.EXACT
        self.segmenters: tuple[SegmenterIdentity, ...] = ()

        actions[f"overlay-{self.overlay}"].setChecked(True)
        viewer.changed.connect(self.update_overlay)
        viewer.view.pointed.connect(self._on_pointed)
        panel.opacity_changed.connect(self._on_opacity)
        panel.closed.connect(actions[f"overlay-{NO_OVERLAY}"].trigger)
        panel.help_wanted.connect(self._on_help)
        panel.map.style_chosen.connect(self._on_style)
        panel.map.method_chosen.connect(self._on_method)
        panel.segmentation.hidden_changed.connect(lambda _hidden: self._draw())
        for page in (panel.segmentation, panel.regions):
            page.pointed.connect(self._light)
        supervisor.explained.connect(self._on_event)
        supervisor.explain_failed.connect(self._on_failed)
        panel.setVisible(False)

    @property
    def overlay(self) -> str:
        """Which overlay is chosen; one of OVERLAYS."""
        return NO_OVERLAY if self._layer is None else self._layer.value

    @property
    def layer(self) -> Layer | None:
        """Which overlay is chosen; None for no overlay."""
        return self._layer

    @property
    def shown(self) -> Shown | None:
        """The overlay that is on screen, once it is there."""
        return self._shown

    def choose(self, overlay: str) -> None:
        """Show this overlay over the viewer's photo from now on."""
        self._layer = _layer_of(overlay)
        self._settings.set(SETTINGS.overlay, overlay)
        self._actions[f"overlay-{overlay}"].setChecked(True)
        self.update_overlay()
        self.overlay_changed.emit(overlay)

    def set_segmenters(self, segmenters: tuple[SegmenterIdentity, ...]) -> None:
        """Take the segmenters that are installed now, the default first."""
        if segmenters != self.segmenters:
            self.segmenters = segmenters
            self.update_overlay()

    @Slot()
    def update_overlay(self) -> None:
        """Request the overlay that is needed now, unless it is requested already."""
        key = self._viewer.key if self._viewer.isVisible() else None
        panel_wanted = self._layer is not None and key is not None
        self._panel.show_sources(self._sources(), self._segmenter() or PATCHES, found_by=self._found_by())
        if panel_wanted == self._panel.isHidden():
            self._panel.setVisible(panel_wanted)
            self.panel_shown.emit(panel_wanted)
        can_be_seen = panel_wanted and not self._viewer.view.message
        order = self._order_for(key) if can_be_seen and key is not None else None
        if order is not None and order == self._order:
            return
        before, self._order = self._order, order
        # Another area on the same photo: the overlay stays until the new one is ready.
        stays = before and order and before == dataclasses.replace(order, areas=before.areas)
        self._part = None
        if not stays:
            self._show(None)
        if order is None:
            self._supervisor.cancel_explaining()
            if self._layer is not None and self._viewer.view.message:
                self._panel.show_trouble(self._layer, tr("There is no photo to make an overlay of."))
            elif self._layer is not None:
                self._panel.show_waiting(self._layer)
        elif self._layer is Layer.SEGMENTATION and order.segmenter is None:
            self._supervisor.cancel_explaining()
            self._panel.show_trouble(Layer.SEGMENTATION, str(NO_PACK), help_text=str(GET_SEGMENTER))
        else:
            assert self._layer is not None
            if not stays:
                self._panel.show_waiting(self._layer)
            self._request = self._supervisor.explain(order)

    def kept_order(self, key: ImageKey) -> ExplainOrder | None:
        """Return the order for what is stored of a photo with this overlay; None where none is chosen."""
        if self._layer is None:
            return None
        order = self._order_for(key)
        return None if order is None else dataclasses.replace(order, kept_only=True)

    # Results

    @Slot(int, object)
    def _on_event(self, request: int, event: ExplainEvent) -> None:
        if request != self._request or self._order is None or self._layer is None:
            return
        match event:
            case ExplainProgress():
                self._panel.show_progress(event.done, event.total)
            case ExplainFailed(layer=layer, reason=reason) if layer is self._layer:
                self._drop_first_map()
                self._panel.show_trouble(layer, reason, help_text=self._help())
            case ExplainPreview(part=part) if self._layer is Layer.MEMORABILITY:
                self._part, self._whole = part, False
                self._panel.show_coming()
                self._draw()
            case Explained(part=part) if _layer_of_part(part) is self._layer:
                if isinstance(part, Segmentation):
                    # Before the part is set: the first list hides its background, which draws.
                    self._panel.segmentation.show_segmentation(part)
                    self.segmented.emit(self._order.key, part)
                self._part, self._whole = part, True
                self._draw()

    @Slot(int, object)
    def _on_failed(self, request: int, problem: Exception) -> None:
        if request == self._request and self._layer is not None:
            self._drop_first_map()
            self._panel.show_trouble(self._layer, str(problem), help_text=self._help())

    def _drop_first_map(self) -> None:
        """Show no coarse map of which the whole one does not come."""
        if not self._whole:
            self._part, self._whole = None, True
            self._show(None)

    def _draw(self) -> None:
        """Draw the overlay with the current choices."""
        part = self._part
        match part:
            case Segmentation():
                hidden = self._panel.segmentation.table.hidden
                self._supervisor.draw(lambda: draw_segmentation(part, hidden=hidden), done=self._on_drawn)
            case MemorabilityMap():
                style = self._panel.map.style_shown
                stretched = self._settings.get(SETTINGS.map_stretched)
                self._supervisor.draw(
                    lambda: draw_map(part, style=style, stretched=stretched), done=self._on_drawn
                )
            case Regions():
                self._supervisor.draw(lambda: draw_regions(part), done=self._on_drawn)

    def _on_drawn(self, layer: OverlayLayer) -> None:
        part = self._part
        if part is None or self._order is None or self._layer is not _layer_of_part(part):
            return
        match part:
            case MemorabilityMap() if self._whole:
                self._panel.map.show_map(part, stretched=self._settings.get(SETTINGS.map_stretched))
            case Regions():
                self._panel.regions.show_regions(part)
        if self._whole:
            self._panel.show_legend(self._layer)
        layer.opacity = self._settings.get(SETTINGS.overlay_opacity) / 100
        self._show(Shown(self._order.key, part, layer, self._whole))

    def _show(self, shown: Shown | None) -> None:
        self._shown = shown
        self._viewer.view.show_layer(shown.layer if shown is not None else None)
        self.shown_changed.emit()

    # Input

    @Slot(object)
    def _on_pointed(self, place: QPointF | None) -> None:
        if self._shown is None:
            return
        layer = self._shown.layer
        item = None if place is None else layer.item_at(place)
        if item != layer.lit:
            self._light(item)
            row = None if item is None else layer.rows[item]
            match self._shown.part:
                case Segmentation():
                    self._panel.segmentation.point_at(row)
                case Regions():
                    self._panel.regions.point_at(row)
            self._viewer.view.show_tag("" if item is None else layer.names[item])

    @Slot(object)
    def _light(self, item: int | None) -> None:
        if self._shown is not None and item != self._shown.layer.lit:
            self._shown.layer.lit = item
            self._viewer.view.update()

    @Slot(int)
    def _on_opacity(self, percent: int) -> None:
        self._settings.set(SETTINGS.overlay_opacity, percent)
        if self._shown is not None:
            self._shown.layer.opacity = percent / 100
            self._viewer.view.update()

    @Slot(str)
    def _on_style(self, style: str) -> None:
        self._settings.set(SETTINGS.map_style, MapStyle(style).value)
        self._draw()

    @Slot()
    def _on_help(self) -> None:
        if self._layer is Layer.MEMORABILITY:
            self._panel.map.choose_method(MapMethod.OCCLUSION)
        else:
            self.segmenters_wanted.emit()

    @Slot(str)
    def _on_method(self, method: str) -> None:
        self._settings.set(SETTINGS.map_method, MapMethod(method))
        self.update_overlay()

    # Inside

    def _order_for(self, key: ImageKey) -> ExplainOrder | None:
        """Return the order for a photo; None while its areas are not known."""
        assert self._layer is not None
        areas = self._areas_of(key) if self._layer is Layer.REGIONS else ()
        if areas is None:
            return None
        return ExplainOrder(
            key=key,
            layers=frozenset({self._layer}),
            method=self._map_method(),
            segmenter=self._segmenter(),
            areas=tuple(areas),
            precision=self.precision,
        )

    @property
    def segmenter(self) -> SegmenterIdentity | None:
        """The chosen segmenter if it is installed, else the default; None where there is none."""
        chosen = self._settings.get(SETTINGS.segmenter)
        named = [identity for identity in self.segmenters if identity.name == chosen]
        return next(iter((*named, *self.segmenters)), None)

    def _sources(self) -> list[tuple[str, str]]:
        """Return name and title of what finds the parts of a photo for this overlay."""
        if self._layer not in {Layer.SEGMENTATION, Layer.REGIONS}:
            return []
        patches = [(PATCHES, tr("Patches of similar colour"))] if self._layer is Layer.REGIONS else []
        return [(identity.name, identity.title) for identity in self.segmenters] + patches

    def _found_by(self) -> str:
        """Return which object finder finds the parts for this overlay, and how good it is."""
        name = None if self._layer is None else self._segmenter()
        found = [identity for identity in self.segmenters if identity.name == name]
        if not found:
            return ""
        # Where there is a choice, the list above names it.
        named = len(self._sources()) > 1
        return trust_text(found[0].name) if named else found_by_text(found[0].name, found[0].title)

    def _segmenter(self) -> str | None:
        """Return the chosen segmenter if it is installed, else the default; None where there is none."""
        if self._layer is Layer.MEMORABILITY:
            return None
        names = [identity.name for identity in self.segmenters]
        chosen = self._settings.get(SETTINGS.segmenter)
        if chosen == PATCHES and self._layer is Layer.REGIONS:
            return None
        return chosen if chosen in names else next(iter(names), None)

    def _help(self) -> str:
        match self._layer:
            case Layer.SEGMENTATION:
                return str(GET_SEGMENTER)
            case Layer.MEMORABILITY if self._map_method() is not MapMethod.OCCLUSION:
                return str(COVER_INSTEAD)
        return ""

    def _map_method(self) -> MapMethod:
        return self._settings.get(SETTINGS.map_method)


def _layer_of(overlay: str) -> Layer | None:
    return None if overlay == NO_OVERLAY else Layer(overlay)


def _layer_of_part(part: Part) -> Layer:
    match part:
        case Segmentation():
            return Layer.SEGMENTATION
        case MemorabilityMap():
            return Layer.MEMORABILITY
        case Regions():
            return Layer.REGIONS
