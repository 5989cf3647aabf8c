; name: ocaml_interface
; files: *.mli
; grammar: tree_sitter_ocaml.language_ocaml_interface
; family: ocaml

(module_definition (module_binding (module_name) @name module_type: (signature)? @body)) @symbol.module
(module_type_definition (module_type_name) @name) @symbol.interface
(class_definition (class_binding (class_name) @name)) @symbol.class
(type_definition . (type_binding name: (_) @name) .) @symbol.type
(type_binding name: (type_constructor) @name) @symbol.type
(exception_definition (constructor_declaration (constructor_name) @name)) @symbol.type
(value_specification (value_name) @name) @symbol.function
(external (value_name) @name) @symbol.function

(open_module_signature module: (_) @module) @import
(include_module_type) @import

(string) @string
(comment) @comment
[
  (value_name)
  (type_constructor)
  (module_name)
  (module_type_name)
  (constructor_name)
  (field_name)
  (class_name)
] @identifier
