-- Imported pages keep their order; most listings are of none.
CREATE INDEX listing_pos ON listing (pos);
