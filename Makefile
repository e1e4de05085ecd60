# Other names for ./run, for hands that type make.
.PHONY: demo fresh test long bench check-deployment

demo:
	./run demo

fresh:
	./run demo --fresh

test:
	./run test

long:
	./run test --long

bench:
	./run bench $(NAME)

check-deployment:
	./run test tests/conventions/test_deployment.py
