; name: scala
; files: *.scala *.sc *.sbt

(trait_definition name: (identifier) @name) @symbol.trait
(class_definition name: (identifier) @name) @symbol.class
(object_definition name: (identifier) @name) @symbol.object
(enum_definition name: (identifier) @name) @symbol.enum
[
  (function_definition name: (_) @name)
  (function_declaration name: (_) @name)
] @symbol.function
(type_definition name: (type_identifier) @name) @symbol.type
(given_definition name: (_) @name) @symbol.constant
(compilation_unit [
  (val_definition pattern: (identifier) @name)
  (var_definition pattern: (identifier) @name)
] @symbol.constant)
(template_body [
  (val_definition pattern: (identifier) @name)
  (var_definition pattern: (identifier) @name)
  (val_declaration name: (identifier) @name)
  (var_declaration name: (identifier) @name)
] @symbol.field)

(import_declaration) @import @module

(package_clause !body) @opening
(annotation) @attached
[(string) (interpolated_string)] @string
[(comment) (block_comment)] @comment
[(identifier) (type_identifier)] @identifier
