(method name: (_) @name) @symbol.function
(singleton_method name: (_) @name) @symbol.function
(class name: (_) @name) @symbol.class
(module name: (_) @name) @symbol.class
(program (assignment left: (constant) @name) @symbol.constant)
[(identifier) (constant)] @identifier
