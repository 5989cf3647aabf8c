; name: csharp
; files: *.cs *.csx
; grammar: tree_sitter_c_sharp.language

(namespace_declaration name: (_) @name) @symbol.module
(class_declaration name: (identifier) @name) @symbol.class
(record_declaration name: (identifier) @name) @symbol.class
(struct_declaration name: (identifier) @name) @symbol.struct
(interface_declaration name: (identifier) @name) @symbol.interface
(enum_declaration name: (identifier) @name) @symbol.enum
(delegate_declaration name: (identifier) @name) @symbol.type
(method_declaration name: (identifier) @name) @symbol.method
(constructor_declaration name: (identifier) @name) @symbol.method
(destructor_declaration name: (identifier) @name) @symbol.method
(operator_declaration operator: _ @name) @symbol.method
(indexer_declaration "this" @name) @symbol.method
(local_function_statement name: (identifier) @name) @symbol.function
(property_declaration name: (identifier) @name accessors: (_) @body) @symbol.field
(property_declaration name: (identifier) @name) @symbol.field
(field_declaration (variable_declaration (variable_declarator name: (identifier) @name)))
  @symbol.field
(event_field_declaration (variable_declaration (variable_declarator name: (identifier) @name)))
  @symbol.field

(using_directive !name [(identifier) (qualified_name)] @module) @import
(using_directive name: (_) [(qualified_name) (generic_name)] @module) @import

(file_scoped_namespace_declaration) @opening
(attribute_list) @attached
[(string_literal) (verbatim_string_literal) (raw_string_literal) (interpolated_string_expression)]
  @string
(comment) @comment
(identifier) @identifier
