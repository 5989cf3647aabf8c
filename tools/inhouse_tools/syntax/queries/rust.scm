[
  (function_item name: (identifier) @name)
  (function_signature_item name: (identifier) @name)
] @symbol.function
(struct_item name: (type_identifier) @name) @symbol.struct
(enum_item name: (type_identifier) @name) @symbol.enum
(trait_item name: (type_identifier) @name) @symbol.trait
(type_item name: (type_identifier) @name) @symbol.type
(mod_item name: (identifier) @name) @symbol.module
(macro_definition name: (identifier) @name) @symbol.macro
(impl_item type: [
  (type_identifier) @name
  (generic_type type: (type_identifier) @name)
]) @symbol.scope
[(const_item name: (identifier) @name) (static_item name: (identifier) @name)] @symbol.constant
[
  (identifier)
  (type_identifier)
  (field_identifier)
  (shorthand_field_identifier)
] @identifier
