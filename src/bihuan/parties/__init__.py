"""Who and where: regions, organisations, people, posts, things, place parameters, calendar."""
