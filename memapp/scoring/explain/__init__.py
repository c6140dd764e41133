"""Why a photo scores as it does: memorability maps and what regions are worth."""
