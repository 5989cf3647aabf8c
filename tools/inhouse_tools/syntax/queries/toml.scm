(table . [(bare_key) (dotted_key) (quoted_key)] @name) @symbol.table
(table_array_element . [(bare_key) (dotted_key) (quoted_key)] @name) @symbol.table
(pair . [(bare_key) (dotted_key) (quoted_key)] @name) @symbol.key
