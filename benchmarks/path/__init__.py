"""The whole path, from the first request to the stored article, raced against others (see ``bench_path``)."""
