; name: sql
; files: *.sql *.ddl

(create_table (object_reference) @name) @symbol.table
(create_view (object_reference) @name) @symbol.view
(create_materialized_view (object_reference) @name) @symbol.view
(create_function . (_)* . (object_reference) @name (function_body)? @body) @symbol.function
(create_type (object_reference) @name) @symbol.type
(create_index column: (identifier) @name) @symbol.index
(create_trigger (keyword_trigger) . (object_reference) @name) @symbol.trigger
(create_schema (identifier) @name) @symbol.module
(create_sequence (object_reference) @name) @symbol.sequence

[(comment) (marginalia)] @comment
(identifier) @identifier
