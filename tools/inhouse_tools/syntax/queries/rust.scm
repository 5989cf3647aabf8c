; name: rust
; files: *.rs
; certain: yes

[
  (function_item name: (identifier) @name)
  (function_signature_item name: (identifier) @name)
] @symbol.function
(struct_item name: (type_identifier) @name) @symbol.struct
(union_item name: (type_identifier) @name) @symbol.struct
(enum_item name: (type_identifier) @name) @symbol.enum
(trait_item name: (type_identifier) @name) @symbol.trait
[
  (type_item name: (type_identifier) @name)
  (associated_type name: (type_identifier) @name)
] @symbol.type
(mod_item name: (identifier) @name body: (_)) @symbol.module
(macro_definition name: (identifier) @name) @symbol.macro
(impl_item type: [
  (type_identifier) @name
  (scoped_type_identifier name: (type_identifier) @name)
  (generic_type type: (type_identifier) @name)
  (generic_type type: (scoped_type_identifier name: (type_identifier) @name))
  (reference_type type: (type_identifier) @name)
]) @symbol.scope
[(const_item name: (identifier) @name) (static_item name: (identifier) @name)] @symbol.constant

(use_declaration argument: (_) @module) @import
(extern_crate_declaration name: (identifier) @module)
(mod_item name: (identifier) @module !body)

(inner_attribute_item) @opening
(attribute_item) @attached
[(string_literal) (raw_string_literal)] @string
[(line_comment) (block_comment)] @comment
[
  (identifier)
  (type_identifier)
  (field_identifier)
  (shorthand_field_identifier)
] @identifier
