"""What `kubectl kustomize` makes of an overlay, as far as deploy/kubernetes uses it: everything else is an error, so that
nothing is left out in silence. The names of generated ConfigMaps have no hash here.
"""

import copy

import yaml

KNOWN = {"apiVersion", "kind", "namespace", "resources", "images", "replicas", "configMapGenerator", "patches"}


def load(path):
    return yaml.safe_load(path.read_text())


def render(directory):
    """The objects of a kustomization, by (kind, name)."""
    kustomization = load(directory / "kustomization.yaml")
    if unknown := set(kustomization) - KNOWN:
        raise ValueError(f"{directory}/kustomization.yaml has {', '.join(sorted(unknown))}, which scripts/containers/render.py does not know")
    objects = {}
    for resource in kustomization.get("resources", []):
        path = directory / resource
        for made in render(path).values() if path.is_dir() else [load(path)]:
            key = (made["kind"], made["metadata"]["name"])
            if key in objects:
                raise ValueError(f"{directory}: {key} is there twice")
            objects[key] = made
    for patch in kustomization.get("patches", []):
        change = load(directory / patch["path"])
        key = (change["kind"], change["metadata"]["name"])
        if key not in objects:
            raise ValueError(f"{directory / patch['path']} changes {key}, which is not there")
        objects[key] = merged(objects[key], change)
    for generated in kustomization.get("configMapGenerator", []):
        data = dict(literal.split("=", 1) for literal in generated["literals"])
        objects["ConfigMap", generated["name"]] = {
            "apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": generated["name"]}, "data": data,
        }
    for replicas in kustomization.get("replicas", []):
        objects["Deployment", replicas["name"]]["spec"]["replicas"] = replicas["count"]
    for image in kustomization.get("images", []):
        replaced = [container for container in containers(objects) if container["image"] == image["name"]]
        if not replaced:
            raise ValueError(f"{directory}: no container has the image {image['name']}")
        for container in replaced:
            container["image"] = f"{image['newName']}:{image['newTag']}"
    if "namespace" in kustomization:
        for made in objects.values():
            made["metadata"]["namespace"] = kustomization["namespace"]
    return objects


def merged(base, change):
    """A strategic merge without lists, which no patch of ours has."""
    if isinstance(base, dict) and isinstance(change, dict):
        return base | {key: merged(base.get(key), value) for key, value in change.items()}
    if isinstance(change, list):
        raise ValueError("a patch with a list is merged by rules of its own, which scripts/containers/render.py does not know")
    return copy.deepcopy(change)


def containers(objects):
    for (kind, _), made in objects.items():
        if kind == "Deployment":
            yield from made["spec"]["template"]["spec"]["containers"]
