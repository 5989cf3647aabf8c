package server

import (
	"net/http/httptest"
	"testing"
)

type fake struct{ asked []string }

func (f *fake) Get(key string) (string, bool) {
	f.asked = append(f.asked, key)
	return "note " + key, key != ""
}

func (f *fake) Keys() []string { return nil }

func TestHandler(t *testing.T) {
	notes := &fake{}
	recorder := httptest.NewRecorder()
	handler := &Handler{Notes: notes}
	handler.ServeHTTP(recorder, httptest.NewRequest("GET", "/?key=a", nil))
	if recorder.Body.String() != "note a\n" || len(notes.asked) != 1 {
		t.Fatal(recorder.Body.String())
	}
	if _, found := notes.Get(""); found {
		t.Fatal("there is no note without a key")
	}
}
