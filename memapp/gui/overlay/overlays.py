"""The overlays of the viewer as a whole: connects panel, drawing, areas and segmenters."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QWidget

from memapp.core.caution import caution_of
from memapp.core.records import Precision
from memapp.core.settings import SETTINGS, Settings
from memapp.gui.dialogs.segmenters_dialog import SegmentersDialog
from memapp.gui.grid.grid_view import GridView
from memapp.gui.grid.tile_images import TileImages
from memapp.gui.overlay.area_commands import AreaCommands
from memapp.gui.overlay.contents_commands import ContentsCommands
from memapp.gui.overlay.explain_view import OVERLAYS, ExplainView
from memapp.gui.overlay.overlay_drawing import MapStyle
from memapp.gui.overlay.overlay_export import ExportContent, export_notes, export_title
from memapp.gui.overlay.overlay_panel import OverlayPanel
from memapp.gui.overlay.segmenter_commands import SegmenterCommands
from memapp.gui.overlay.tile_overlays import TileOverlays
from memapp.gui.viewer.photo_viewer import PhotoViewer
from memapp.gui.widgets.theme import TEXT_NORMAL, ThemeManager, font
from memapp.gui.window.actions import Actions
from memapp.gui.window.app_services import AppServices
from memapp.library.library import Library
from memapp.library.photo_columns import facts_of
from memapp.library.undo import CommandLog
from memapp.workers.jobs import Jobs
from memapp.workers.supervisor import Supervisor


class Overlays(QObject):
    """Lives on the GUI thread.

    Signals:
        chosen(str): another overlay is chosen, or none.
        panel_shown(bool): the panel beside the photo was shown or hidden.
        noticed(object Notice, object NoticeAction or None): show this.
        export_wanted(object ImageKey, object ExportContent): save this as a picture.
    """

    chosen = Signal(str)
    panel_shown = Signal(bool)
    noticed = Signal(object, object)
    export_wanted = Signal(object, object)

    def __init__(
        self,
        *,
        supervisor: Supervisor,
        jobs: Jobs,
        long_jobs: Jobs,
        grid: GridView,
        tile_images: TileImages,
        viewer: PhotoViewer,
        actions: Actions,
        settings: Settings,
        theme_manager: ThemeManager,
        services: AppServices,
        log: CommandLog,
        library: Library,
        window: QWidget,
    ) -> None:
        """Put a panel beside the viewer's photo, and buttons into its bar.

        Args:
            supervisor: explains photos.
            jobs: the thread for files.
            long_jobs: the thread for what takes minutes.
            grid: whose tiles may have small overlays.
            tile_images: where those are put.
            viewer: whose photo it is about.
            actions: the choices.
            settings: what was chosen last.
            theme_manager: dark or light.
            services: work on areas and segmenters.
            log: where changes of areas are logged, to be undone.
            library: takes what is found in photos; names them, so that undo can go there.
            window: Qt's owner, and the parent of dialogs.
        """
        super().__init__(window)
        self._actions = actions
        self._settings = settings
        self._theme_manager = theme_manager
        self._window = window
        self._library = library
        self.panel = OverlayPanel(
            theme_manager=theme_manager,
            style=MapStyle(settings.get(SETTINGS.map_style)),
            method=settings.get(SETTINGS.map_method),
            opacity=settings.get(SETTINGS.overlay_opacity),
        )
        viewer.add_panel(self.panel)
        viewer.add_overlay_switch(self.choices)
        self.segmenters = SegmenterCommands(work=services.segmenter_work, jobs=long_jobs, parent=self)
        self.areas = AreaCommands(
            work=services.area_work,
            jobs=jobs,
            viewer=viewer,
            page=self.panel.regions,
            actions=actions,
            log=log,
            photo_of=library.id_of,
            window=window,
        )
        self.view = ExplainView(
            supervisor=supervisor,
            viewer=viewer,
            panel=self.panel,
            actions=actions,
            settings=settings,
            areas_of=self.areas.areas_of,
            parent=self,
        )
        self.tiles = TileOverlays(
            grid=grid,
            images=tile_images,
            view=self.view,
            panel=self.panel,
            supervisor=supervisor,
            actions=actions,
            settings=settings,
            library=library,
            theme_manager=theme_manager,
            parent=self,
        )
        self.contents = ContentsCommands(
            supervisor=supervisor,
            library=library,
            actions=actions,
            settings=settings,
            segmenter=lambda: self.view.segmenter,
            save=services.save_contents,
            parent=self,
        )
        self.contents.noticed.connect(self.noticed)
        self.areas.changed.connect(self.view.update_overlay)
        self.areas.overlay_wanted.connect(self.view.choose)
        self.areas.noticed.connect(self.noticed)
        self.segmenters.changed.connect(self._update_segmenters)
        self.view.overlay_changed.connect(self.chosen)
        self.view.panel_shown.connect(self.panel_shown)
        for part in (self.view, self.tiles):
            part.segmented.connect(self.contents.note)
        self.panel.source_chosen.connect(self._use_segmenter)
        self.view.segmenters_wanted.connect(self.manage_segmenters)
        self.panel.export_wanted.connect(actions["overlay-export"].trigger)

    @property
    def choices(self) -> list[QAction]:
        """One action for each overlay, and one for none."""
        return [self._actions[f"overlay-{name}"] for name in OVERLAYS]

    def set_precision(self, precision: Precision) -> None:
        """Explain with scores of this precision."""
        self.view.precision = precision
        self.view.update_overlay()

    def manage_segmenters(self) -> None:
        """Open the dialog that gets, installs, chooses and removes segmenters."""
        dialog = SegmentersDialog(
            commands=self.segmenters,
            in_use=self._settings.get(SETTINGS.segmenter),
            parent=self._window,
        )
        dialog.chosen.connect(self._use_segmenter)
        dialog.exec()
        dialog.deleteLater()

    def stop(self) -> None:
        """Cancel downloads and installations and what is computed, because the window closes."""
        self.segmenters.cancel()
        self.tiles.stop()
        self.contents.close()

    def export(self) -> None:
        """Request that the overlay on screen is saved, with the photo and its legend."""
        if (shown := self.view.shown) is not None and shown.whole:
            photo = self._library.photo(shown.key)
            facts = None if photo is None else facts_of(photo)
            caution = None if facts is None else caution_of(facts)
            content = ExportContent(
                overlay=self.view.overlay,
                title=export_title(shown.key.name, shown.part, caution),
                notes=export_notes(shown.part, facts),
                part=shown.part,
                layer=shown.layer,
                style=self.panel.map.style_shown,
                stretched=self._settings.get(SETTINGS.map_stretched),
                hidden=self.panel.segmentation.table.hidden,
                theme=self._theme_manager.theme,
                face=font(TEXT_NORMAL),
            )
            self.export_wanted.emit(shown.key, content)

    def _use_segmenter(self, name: str) -> None:
        self._settings.set(SETTINGS.segmenter, name)
        self.view.update_overlay()
        self.contents.update_categories()

    def _update_segmenters(self) -> None:
        self.view.set_segmenters(self.segmenters.installed.usable)
        self.contents.update_categories()
