; name: go
; files: *.go
; certain: yes

(function_declaration name: (identifier) @name) @symbol.function
(method_declaration
  receiver: (parameter_list (parameter_declaration type: [
    (type_identifier) @owner
    (pointer_type (type_identifier) @owner)
    (generic_type type: (type_identifier) @owner)
    (pointer_type (generic_type type: (type_identifier) @owner))
  ]))
  name: (field_identifier) @name) @symbol.method
(type_declaration . (type_spec name: (type_identifier) @name) .) @symbol.type
(type_declaration "(" (type_spec name: (type_identifier) @name) @symbol.type)
(type_declaration . (type_alias name: (type_identifier) @name) .) @symbol.type
(type_declaration "(" (type_alias name: (type_identifier) @name) @symbol.type)
(source_file (const_declaration . (const_spec . name: (identifier) @name) .) @symbol.constant)
(source_file (const_declaration "(" (const_spec . name: (identifier) @name) @symbol.constant))
(source_file (var_declaration . (var_spec . name: (identifier) @name) .) @symbol.constant)
(source_file (var_declaration (var_spec_list (var_spec . name: (identifier) @name) @symbol.constant)))

(import_declaration) @import
(import_spec path: (_) @module)

(package_clause) @opening
(raw_string_literal) @string
(comment) @comment
[(identifier) (type_identifier) (field_identifier) (package_identifier)] @identifier
