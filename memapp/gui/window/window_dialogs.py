"""Opens the window's dialogs and passes their choices on."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from memapp.core.events import Notice, NoticeKind
from memapp.core.settings import SETTINGS, Settings
from memapp.core.text import tr
from memapp.gui.dialogs.about import AboutDialog
from memapp.gui.dialogs.licence import LicenceDialog
from memapp.gui.dialogs.preferences_dialog import PreferencesDialog
from memapp.gui.dialogs.shortcuts import ShortcutsDialog
from memapp.gui.run.scoring_commands import FAST_MISSING
from memapp.gui.widgets.theme import ThemeManager
from memapp.gui.window.actions import Actions
from memapp.gui.window.app_services import AppServices
from memapp.gui.window.notices import NoticeAction, NoticeBar


class WindowDialogs(QObject):
    """Opens the dialogs that belong to the window as a whole. Lives on the GUI thread.

    Signals:
        show_folder(str): show a folder in the system's file manager.
        segmenters_wanted(): open the segmenters dialog.
    """

    show_folder = Signal(str)
    segmenters_wanted = Signal()

    def __init__(
        self,
        *,
        settings: Settings,
        services: AppServices,
        actions: Actions,
        notices: NoticeBar,
        theme_manager: ThemeManager,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._settings = settings
        self._services = services
        self._notices = notices
        self._theme_manager = theme_manager
        self._window = window
        self._actions = actions

    def show_licence(self) -> None:
        """Show the notice at every start until the user agrees: closing it is no agreement."""
        if self._settings.get(SETTINGS.licence_accepted):
            return
        self._notices.add(
            Notice(
                NoticeKind.INFORMATION,
                tr(
                    "Scores are free for your own photos, teaching and research. "
                    "Paid work needs permission first."
                ),
            ),
            NoticeAction(tr("What is allowed"), self._show_licence),
        )

    def show_shortcuts(self) -> None:
        """Show all shortcuts."""
        ShortcutsDialog(lines=self._actions.cheat_sheet(), parent=self._window).exec()

    def show_log(self) -> None:
        """Show the folder of the log."""
        self.show_folder.emit(self._services.log_folder)

    def show_licences(self) -> None:
        """Show the folder of all licences."""
        self.show_folder.emit(self._services.licences_folder)

    def show_about(self) -> None:
        """Show what memapp is, its credits and licences."""
        AboutDialog(
            version=self._services.version,
            details=self._services.details(),
            theme_manager=self._theme_manager,
            parent=self._window,
        ).exec()

    def show_preferences(self) -> None:
        """Show the settings; a change takes effect at once."""
        dialog = PreferencesDialog(
            settings=self._settings,
            scores_folder=self._services.scores_folder,
            fast_missing="" if self._services.fast_available else str(FAST_MISSING),
            parent=self._window,
        )
        dialog.show_folder.connect(self.show_folder)
        dialog.segmenters_wanted.connect(self.segmenters_wanted)
        dialog.exec()

    def _show_licence(self) -> None:
        if LicenceDialog(theme_manager=self._theme_manager, parent=self._window).exec():
            self._settings.set(SETTINGS.licence_accepted, True)
        else:
            self.show_licence()
