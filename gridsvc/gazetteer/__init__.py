"""Place names: roads, crossings, house numbers, compounds and landmarks, found by text."""
