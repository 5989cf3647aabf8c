; name: html
; files: *.html *.htm
; data: yes

(element (start_tag (attribute
  (attribute_name) @_attribute
  (quoted_attribute_value (attribute_value) @name)) (#eq? @_attribute "id"))) @symbol.element
(_
  (tag_name) @_tag
  (attribute
    (attribute_name) @_attribute
    (quoted_attribute_value (attribute_value) @module))
  (#any-of? @_tag "script" "link" "img")
  (#any-of? @_attribute "src" "href"))
(comment) @comment
