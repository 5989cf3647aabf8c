; name: zig
; files: *.zig *.zon

(function_declaration name: (identifier) @name) @symbol.function
(variable_declaration . (identifier) @name (struct_declaration)) @symbol.struct
(variable_declaration . (identifier) @name (union_declaration)) @symbol.struct
(variable_declaration . (identifier) @name (enum_declaration)) @symbol.enum
(variable_declaration . (identifier) @name (error_set_declaration)) @symbol.type
(source_file (variable_declaration . (identifier) @name) @symbol.constant)
(struct_declaration (variable_declaration . (identifier) @name) @symbol.constant)
(test_declaration (string) @name (block) @body) @symbol.test

(builtin_function
  (builtin_identifier) @_function
  (arguments . (string (string_content) @module))
  (#eq? @_function "@import"))

(multiline_string) @string
(comment) @comment
(identifier) @identifier
