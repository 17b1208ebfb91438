// What Argo CD says of an object's health, by its own code: `argocd-health [LUA-FOLDER]` reads a JSON array of objects from
// the standard input and prints a JSON array of {status, message}.
//
// The folder holds `<group>_<kind>.lua`, as `resource.customizations.health.<group>_<kind>` of argocd-cm would. A kind in none
// of them is judged as Argo CD judges it when it comes; an empty status means that Argo CD has nothing to say of it.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/argoproj/argo-cd/gitops-engine/pkg/health"
	"github.com/argoproj/argo-cd/v3/pkg/apis/application/v1alpha1"
	"github.com/argoproj/argo-cd/v3/util/lua"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

type verdict struct {
	Status  string `json:"status"`
	Message string `json:"message"`
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "argocd-health:", err)
		os.Exit(1)
	}
}

func run() error {
	overrides := map[string]v1alpha1.ResourceOverride{}
	if len(os.Args) > 1 {
		files, err := filepath.Glob(filepath.Join(os.Args[1], "*.lua"))
		if err != nil {
			return err
		}
		for _, file := range files {
			script, err := os.ReadFile(file)
			if err != nil {
				return err
			}
			key := strings.Replace(strings.TrimSuffix(filepath.Base(file), ".lua"), "_", "/", 1)
			overrides[key] = v1alpha1.ResourceOverride{HealthLua: string(script)}
		}
	}
	// By their own decoder, which tells whole numbers from others.
	var objects []json.RawMessage
	if err := json.NewDecoder(os.Stdin).Decode(&objects); err != nil {
		return err
	}
	verdicts := make([]verdict, 0, len(objects))
	for _, object := range objects {
		var u unstructured.Unstructured
		if err := u.UnmarshalJSON(object); err != nil {
			return err
		}
		status, err := health.GetResourceHealth(&u, lua.ResourceHealthOverrides(overrides))
		if err != nil {
			return err
		}
		if status == nil {
			verdicts = append(verdicts, verdict{})
		} else {
			verdicts = append(verdicts, verdict{Status: string(status.Status), Message: status.Message})
		}
	}
	return json.NewEncoder(os.Stdout).Encode(verdicts)
}
