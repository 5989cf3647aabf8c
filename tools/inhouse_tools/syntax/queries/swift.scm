; name: swift
; files: *.swift

(protocol_declaration name: (type_identifier) @name) @symbol.interface
(class_declaration declaration_kind: "struct" name: (type_identifier) @name) @symbol.struct
(class_declaration declaration_kind: "enum" name: (type_identifier) @name) @symbol.enum
(class_declaration declaration_kind: "extension" name: (_) @name) @symbol.scope
(class_declaration name: (type_identifier) @name) @symbol.class
; Wildcards, since the name of the node makes this query three times slower to load.
([
  (function_declaration "func" . (_) @name)
  (protocol_function_declaration "func" . (_) @name)
] @symbol.function (#not-match? @name ":"))
(init_declaration name: "init" @name) @symbol.function
(deinit_declaration "deinit" @name) @symbol.function
(subscript_declaration "subscript" @name (computed_property)? @body) @symbol.function
(associatedtype_declaration name: (type_identifier) @name) @symbol.type
(typealias_declaration name: (type_identifier) @name) @symbol.type
(source_file (property_declaration name: (pattern bound_identifier: (simple_identifier) @name))
  @symbol.constant)
(class_body (property_declaration name: (pattern bound_identifier: (simple_identifier) @name))
  @symbol.field)
(protocol_property_declaration name: (pattern bound_identifier: (simple_identifier) @name))
  @symbol.field

(import_declaration (identifier) @module) @import

(attribute) @attached
[(line_string_literal) (multi_line_string_literal) (raw_string_literal)] @string
[(comment) (multiline_comment)] @comment
[(simple_identifier) (type_identifier)] @identifier
