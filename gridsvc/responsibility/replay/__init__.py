"""The past resolved again under other editions: who gains, who loses, which deadlines move."""
