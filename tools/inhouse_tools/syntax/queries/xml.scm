; name: xml
; files: *.xml *.xsd *.xsl *.xslt *.svg *.csproj *.fsproj *.props *.targets *.plist
; grammar: tree_sitter_xml.language_xml
; data: yes

(element [(STag (Attribute (Name) @_attribute (AttValue) @name))
  (EmptyElemTag (Attribute (Name) @_attribute (AttValue) @name))]
  (#any-of? @_attribute "id" "name")) @symbol.element
(Comment) @comment
