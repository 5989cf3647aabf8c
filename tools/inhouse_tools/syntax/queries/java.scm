; name: java
; files: *.java
; certain: yes

(class_declaration name: (identifier) @name) @symbol.class
(record_declaration name: (identifier) @name) @symbol.class
(interface_declaration name: (identifier) @name) @symbol.interface
(annotation_type_declaration name: (identifier) @name) @symbol.interface
(enum_declaration name: (identifier) @name) @symbol.enum
(method_declaration name: (identifier) @name) @symbol.method
(annotation_type_element_declaration name: (identifier) @name) @symbol.method
[
  (constructor_declaration name: (identifier) @name)
  (compact_constructor_declaration name: (identifier) @name)
] @symbol.method
(field_declaration . (_)* . declarator: (variable_declarator name: (identifier) @name) .)
  @symbol.field
(constant_declaration . (_)* . declarator: (variable_declarator name: (identifier) @name) .)
  @symbol.field

(import_declaration (scoped_identifier) @module) @import
(import_declaration (identifier) @module) @import

(package_declaration) @opening
[(annotation) (marker_annotation)] @attached
(string_literal) @string
[(line_comment) (block_comment)] @comment
[(identifier) (type_identifier)] @identifier
