// What Flux says of an object, by its own code: `kstatus [FILE]` reads a JSON array of objects from the standard input and
// prints a JSON array of {status, message}.
//
// The file is a JSON array as `spec.healthCheckExprs` of a Flux Kustomization; a kind in none of them is judged by kstatus.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"

	"github.com/fluxcd/cli-utils/pkg/kstatus/status"
	"github.com/fluxcd/pkg/apis/kustomize"
	"github.com/fluxcd/pkg/runtime/cel"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

type verdict struct {
	Status  string `json:"status"`
	Message string `json:"message"`
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "kstatus:", err)
		os.Exit(1)
	}
}

func run() error {
	evaluators := map[string]*cel.StatusEvaluator{}
	if len(os.Args) > 1 {
		file, err := os.ReadFile(os.Args[1])
		if err != nil {
			return err
		}
		var checks []kustomize.CustomHealthCheck
		if err := json.Unmarshal(file, &checks); err != nil {
			return err
		}
		for _, check := range checks {
			evaluator, err := cel.NewStatusEvaluator(&check.HealthCheckExpressions)
			if err != nil {
				return err
			}
			evaluators[check.APIVersion+"/"+check.Kind] = evaluator
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
		result, err := judge(evaluators, &u)
		// As Flux does where an expression cannot be evaluated: it looks again.
		if err != nil {
			result = &status.Result{Status: status.UnknownStatus, Message: err.Error()}
		}
		verdicts = append(verdicts, verdict{Status: string(result.Status), Message: result.Message})
	}
	return json.NewEncoder(os.Stdout).Encode(verdicts)
}

func judge(evaluators map[string]*cel.StatusEvaluator, u *unstructured.Unstructured) (*status.Result, error) {
	if evaluator, found := evaluators[u.GetAPIVersion()+"/"+u.GetKind()]; found {
		return evaluator.Evaluate(context.Background(), u)
	}
	return status.Compute(u)
}
