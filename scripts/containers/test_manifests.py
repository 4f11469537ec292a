"""Each rule about the manifests objects to a manifest that breaks it, and to nothing else."""

import copy
import unittest

import manifests
import render

ROUTES = manifests.sources("crates/query/src")
SETTINGS = " ".join(f'"TRIBUTARY_{name}"' for name in ("BUCKET", "DATABASE", "DRAIN", "ENVIRONMENT", "LISTEN", "LOG", "METRICS_LISTEN", "MAX_RUNNING", "STOP", "WORKGROUP"))
GOOD = render.render(manifests.OVERLAYS / "prod")


class Rules(unittest.TestCase):
    def faults(self, change=lambda objects: None, environment="prod"):
        objects = copy.deepcopy(GOOD)
        change(objects)
        return list(manifests.faults(objects, environment, ROUTES, SETTINGS))

    def pod(self, objects):
        return objects["Deployment", "server"]["spec"]["template"]["spec"]

    def container(self, objects):
        return self.pod(objects)["containers"][0]

    def test_the_overlay_has_no_fault(self):
        self.assertEqual(self.faults(), [])

    def test_another_environment_is_noticed(self):
        found = self.faults(environment="qa")
        self.assertEqual(len(found), 3, found)

    def test_each_rule_objects(self):
        changes = {
            "does not select the pods": lambda o: o["PodDisruptionBudget", "server"]["spec"]["selector"]["matchLabels"].update({"a": "b"}),
            "NetworkPolicy does not select": lambda o: o["NetworkPolicy", "server"]["spec"]["podSelector"].update({"matchLabels": {}}),
            "a port that the container does not have": lambda o: o["Service", "server"]["spec"]["ports"][0].update({"targetPort": "web"}),
            "lets another port in": lambda o: o["NetworkPolicy", "server"]["spec"]["ingress"][0]["ports"][0].update({"port": 80}),
            "shows its metrics at another port": lambda o: next(e for e in self.container(o)["env"] if e["name"] == "TRIBUTARY_METRICS_LISTEN").update({"value": "0.0.0.0:80"}),
            "Prometheus is sent to another port": lambda o: o["Deployment", "server"]["spec"]["template"]["metadata"]["annotations"].update({"prometheus.io/port": "8080"}),
            "the metrics are of another environment": lambda o: o["ConfigMap", "settings"]["data"].update({"TRIBUTARY_ENVIRONMENT": "qa"}),
            "listens to another port": lambda o: self.container(o)["env"][0].update({"value": "0.0.0.0:80"}),
            "no route": lambda o: self.container(o)["livenessProbe"]["httpGet"].update({"path": "/health"}),
            "liveness must not ask": lambda o: self.container(o)["livenessProbe"]["httpGet"].update({"path": "/readyz"}),
            "killed before": lambda o: self.pod(o).update({"terminationGracePeriodSeconds": 30}),
            "no setting of the server": lambda o: o["ConfigMap", "settings"]["data"].update({"TRIBUTARY_BUKET": "b"}),
            "lack TRIBUTARY_WORKGROUP": lambda o: o["ConfigMap", "settings"]["data"].pop("TRIBUTARY_WORKGROUP"),
            "may do more": lambda o: self.container(o)["securityContext"].update({"readOnlyRootFilesystem": False}),
            "no bound of memory": lambda o: self.container(o)["resources"].update({"limits": {}}),
            "no certain one": lambda o: self.container(o).update({"image": "server:latest"}),
            "direction open": lambda o: o["NetworkPolicy", "server"]["spec"].update({"policyTypes": ["Ingress"]}),
            "one pod alone": lambda o: o["Deployment", "server"]["spec"].update({"replicas": 1}),
            "no role of this environment": lambda o: o["ServiceAccount", "server"]["metadata"].pop("annotations"),
        }
        for words, change in changes.items():
            with self.subTest(words):
                found = self.faults(change)
                self.assertEqual(len(found), 1, found)
                self.assertIn(words, found[0])


if __name__ == "__main__":
    unittest.main()
