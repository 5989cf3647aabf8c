; name: lua
; files: *.lua

(function_declaration name: [
  (dot_index_expression table: (_) @owner field: (_) @name)
  (method_index_expression table: (_) @owner method: (_) @name)
]) @symbol.method
(function_declaration name: (identifier) @name) @symbol.function
(variable_declaration (assignment_statement
  (variable_list . name: (identifier) @name .)
  (expression_list . value: (function_definition) .))) @symbol.function
(chunk (assignment_statement
  (variable_list . name: [
    (identifier) @name
    (dot_index_expression table: (_) @owner field: (_) @name)
  ] .)
  (expression_list . value: (function_definition) .)) @symbol.function)
(field name: (identifier) @name value: (function_definition)) @symbol.function
(chunk (variable_declaration (assignment_statement
  (variable_list . name: (identifier) @name))) @symbol.constant)
(chunk (assignment_statement (variable_list . name: (identifier) @name)) @symbol.constant)

(function_call
  name: (identifier) @_function
  arguments: (arguments . (string content: (_) @module) .)
  (#any-of? @_function "require" "dofile" "loadfile"))

(hash_bang_line) @opening
(string) @string
(comment) @comment
(identifier) @identifier
