"""Where patrols should walk next: the street network, what a visit is worth, plans and their sheets."""
