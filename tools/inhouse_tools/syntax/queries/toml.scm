; name: toml
; files: *.toml
; certain: yes
; data: yes

(table . [(bare_key) (dotted_key) (quoted_key)] @name) @symbol.table
(table_array_element . [(bare_key) (dotted_key) (quoted_key)] @name) @symbol.table
(pair . [(bare_key) (dotted_key) (quoted_key)] @name) @symbol.key
(comment) @comment
(string) @string
