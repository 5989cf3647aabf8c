; name: ruby
; files: *.rb *.rake *.gemspec *.ru Rakefile Gemfile Guardfile Podfile Vagrantfile Capfile
; certain: yes

(method name: (_) @name) @symbol.function
(singleton_method name: (_) @name) @symbol.function
(class name: (_) @name) @symbol.class
(module name: (_) @name) @symbol.class
(program (assignment left: (constant) @name) @symbol.constant)
(body_statement (assignment left: (constant) @name) @symbol.constant)

(call
  method: (identifier) @_function
  arguments: (argument_list . (string) @module .)
  (#any-of? @_function "require" "require_relative" "load")) @import

(string) @string
(heredoc_body) @heredoc
(comment) @comment
[(identifier) (constant)] @identifier
