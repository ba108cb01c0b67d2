"""The benchmark's own machinery. `bench/run` is the way in; nothing but Python's standard library is used."""
