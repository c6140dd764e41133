#!/bin/sh
# Removes the memapp in whose folder this lies; scores and settings stay.
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd) || exit 1
exec sh "$here/share/installer.sh" --uninstall --prefix "$here" "$@"
