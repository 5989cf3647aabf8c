-- Every shape.
CREATE TABLE shapes (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    colour_id INTEGER REFERENCES colours (id)
);

CREATE TABLE IF NOT EXISTS app.colours (id INTEGER, name TEXT);

CREATE INDEX shapes_name ON shapes (name);

CREATE VIEW round_shapes AS
SELECT shapes.id, colours.name FROM shapes JOIN app.colours ON colours.id = shapes.colour_id;

CREATE OR REPLACE FUNCTION area(radius DOUBLE PRECISION) RETURNS DOUBLE PRECISION AS $$
    SELECT 3.14 * radius * radius;
$$ LANGUAGE SQL;

CREATE TYPE colour AS ENUM ('red', 'blue');

CREATE TRIGGER on_change AFTER INSERT ON shapes FOR EACH ROW EXECUTE FUNCTION area();

CREATE SCHEMA app;

INSERT INTO shapes (id, name) VALUES (1, 'circle');

SELECT area(1.0), total FROM shapes WHERE id = 1;
