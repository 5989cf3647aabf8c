import { useState } from "react";

interface Props {
  title: string;
}

export const Button = ({ title }: Props) => <button>{title}</button>;

export default function App(props: Props): JSX.Element {
  const [count, setCount] = useState<number>(0);
  return (
    <main onClick={() => setCount(count + 1)}>
      <Button title={props.title} />
    </main>
  );
}
