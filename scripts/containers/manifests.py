"""deploy/kubernetes against Kubernetes' own schemas, against kubectl where it is, and against what the server is.

    manifests.py KUBERNETES_VERSION
"""

import json
import pathlib
import re
import shutil
import subprocess
import sys

import kubernetes_validate
import render
import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
OVERLAYS = ROOT / "deploy" / "kubernetes" / "overlays"
ENVIRONMENTS = ["develop", "prod", "qa", "staging"]


def seconds(text):
    return int(re.fullmatch(r"(\d+)s", text)[1])


def sources(path):
    return "\n".join(file.read_text() for file in sorted((ROOT / path).rglob("*.rs")))


def faults(objects, environment, routes, settings):
    """What schemas cannot tell: whether the objects fit each other, the server and the environment."""
    deployment, service = objects["Deployment", "server"], objects["Service", "server"]
    template = deployment["spec"]["template"]
    pod, labels = template["spec"], template["metadata"]["labels"]
    [container] = pod["containers"]
    ports = {port["name"]: port["containerPort"] for port in container["ports"]}
    environ = {variable["name"]: variable["value"] for variable in container["env"]} | objects["ConfigMap", "settings"]["data"]
    if container["envFrom"] != [{"configMapRef": {"name": "settings"}}]:
        yield "the container does not read the settings"

    policy, budget = objects["NetworkPolicy", "server"]["spec"], objects["PodDisruptionBudget", "server"]["spec"]
    for what, selector in {
        "Deployment": deployment["spec"]["selector"]["matchLabels"], "Service": service["spec"]["selector"],
        "PodDisruptionBudget": budget["selector"]["matchLabels"], "NetworkPolicy": policy["podSelector"]["matchLabels"],
        "spread": pod["topologySpreadConstraints"][0]["labelSelector"]["matchLabels"],
    }.items():
        if not selector or not selector.items() <= labels.items():
            yield f"{what} does not select the pods: {selector}"
    if service["spec"]["ports"][0]["targetPort"] not in ports:
        yield "the Service sends to a port that the container does not have"
    if [port["port"] for rule in policy["ingress"] for port in rule["ports"]] != list(ports.values()):
        yield "the NetworkPolicy lets another port in than the container has"
    if environ["TRIBUTARY_LISTEN"] != f"0.0.0.0:{ports['http']}":
        yield "the server listens to another port than the container has"
    if environ["TRIBUTARY_METRICS_LISTEN"] != f"0.0.0.0:{ports['metrics']}":
        yield "the server shows its metrics at another port than the container has"
    if template["metadata"]["annotations"].get("prometheus.io/port") != str(ports["metrics"]):
        yield "Prometheus is sent to another port than the metrics are at"
    if environ["TRIBUTARY_ENVIRONMENT"] != environment:
        yield "the metrics are of another environment"
    if pod["serviceAccountName"] != objects["ServiceAccount", "server"]["metadata"]["name"]:
        yield "the pods have another service account"
    if not re.fullmatch(rf"arn:aws:iam::\d{{12}}:role/tributary-{environment}-server", objects["ServiceAccount", "server"]["metadata"].get("annotations", {}).get("eks.amazonaws.com/role-arn", "")):
        yield "the service account has no role of this environment"

    for probe in ("livenessProbe", "readinessProbe", "startupProbe"):
        path = container.get(probe, {}).get("httpGet", {}).get("path")
        if not path or f'"{path}"' not in routes:
            yield f"the {probe} asks for {path}, which is no route"
    if container["livenessProbe"]["httpGet"]["path"] == container["readinessProbe"]["httpGet"]["path"]:
        yield "a store that is down would restart the pods: liveness must not ask what readiness asks"
    if pod["terminationGracePeriodSeconds"] <= seconds(environ["TRIBUTARY_DRAIN"]) + seconds(environ["TRIBUTARY_STOP"]):
        yield "the pods are killed before they have stopped"
    for name in environ:
        if name.startswith("TRIBUTARY_") and f'"{name}"' not in settings:
            yield f"{name} is no setting of the server"
    if missing := {"TRIBUTARY_BUCKET", "TRIBUTARY_DATABASE", "TRIBUTARY_WORKGROUP", "AWS_REGION"} - set(environ):
        yield f"the settings lack {', '.join(sorted(missing))}"
    if not all(value.removeprefix("tributary").startswith((f"-{environment}", f"_{environment}")) for name, value in environ.items() if name in ("TRIBUTARY_BUCKET", "TRIBUTARY_DATABASE", "TRIBUTARY_WORKGROUP")):
        yield "the settings are of another environment"

    hardened = container["securityContext"]
    if not (pod["securityContext"]["runAsNonRoot"] and hardened["readOnlyRootFilesystem"] and not hardened["allowPrivilegeEscalation"] and hardened["capabilities"]["drop"] == ["ALL"]):
        yield "the container may do more than it has to"
    if "memory" not in container["resources"]["limits"] or set(container["resources"]["requests"]) != {"cpu", "memory"}:
        yield "the container has no bound of memory, or asks for no share"
    if ":latest" in container["image"] or ":" not in container["image"]:
        yield "the image is no certain one"
    if set(policy["policyTypes"]) != {"Ingress", "Egress"}:
        yield "the NetworkPolicy leaves a direction open"
    if environment == "prod" and deployment["spec"]["replicas"] < 2:
        yield "prod has one pod alone"


def normal(objects):
    """As kubectl would print them, but for the hash in a generated name."""
    text = json.dumps(sorted(objects, key=lambda made: (made["kind"], made["metadata"]["name"])), sort_keys=True)
    return re.sub(r"\bsettings-[a-z0-9]{10}\b", "settings", text)


def main():
    version, failed = sys.argv[1], 0
    routes, settings = sources("crates/query/src"), sources("crates/domain/src") + sources("crates/aws/src")
    environments = sorted(path.name for path in OVERLAYS.iterdir())
    if environments != ENVIRONMENTS:
        sys.exit(f"the overlays are {environments}, the environments {ENVIRONMENTS}")
    checked = 0
    for environment in environments:
        objects = render.render(OVERLAYS / environment)
        for key, made in objects.items():
            checked += 1
            try:
                kubernetes_validate.validate(made, version, strict=True)
            except kubernetes_validate.ValidationError as error:
                failed += 1
                print(f"{environment}: {' '.join(key)}: {error}", file=sys.stderr)
        for fault in faults(objects, environment, routes, settings):
            failed += 1
            print(f"{environment}: {fault}", file=sys.stderr)
        if shutil.which("kubectl"):
            answer = subprocess.run(["kubectl", "kustomize", OVERLAYS / environment], capture_output=True, text=True, check=True)
            if normal(list(yaml.safe_load_all(answer.stdout))) != normal(list(objects.values())):
                failed += 1
                print(f"{environment}: kubectl kustomize makes something else of it than scripts/containers/render.py", file=sys.stderr)
    also = " and as kubectl renders them" if shutil.which("kubectl") else ""
    print(f"{checked} objects of {len(environments)} overlays, by the schemas of Kubernetes {version}{also}: {failed} faults")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
