-- Visits: visited_at is when the visit before this one began, seen_at when this one did. Pages of authors and categories.
ALTER TABLE app_user ADD COLUMN seen_at TIMESTAMP(6) WITH TIME ZONE;
CREATE INDEX paper_author_name ON paper_author (name);
CREATE INDEX paper_category_name ON paper_category (category);
